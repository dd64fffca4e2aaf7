import type {
  Backup,
  Classification,
  CredentialModel,
  DatedException,
  Environment,
  RetirementCondition,
} from "./charter.ts";
import type { Grant } from "./permission.ts";

/** What runs it, for a pipeline: the repository and the environment or branch whose token is accepted. */
export interface GithubAnswer {
  readonly kind: "github";
  /** `owner/name`. */
  readonly repository: string;
  /** Typed only for a repository that the directory does not know. */
  readonly ownerId?: string;
  readonly repositoryId?: string;
  readonly subject: { readonly environment: string } | { readonly branch: string } | null;
  /** Trust the older subject format too, until this ISO instant. */
  readonly bothFormatsUntil?: string;
}

/** What runs it, for an identity that holds a credential: the business service, and where it runs in words. */
export interface WorkloadAnswer {
  readonly kind: "workload";
  readonly runsOn: string;
  /** Id of the business service; absent when the requester's teams have only one. */
  readonly service?: string;
}

/** What it must do: a reach pack with its parameters, grants composed one by one, or pasted text. */
export type NeedAnswer =
  | { readonly pack: string; readonly parameters: { readonly [name: string]: string } }
  | { readonly grants: readonly Grant[] }
  | { readonly pasted: string };

/** Charter fields changed with the pencil; each overrides its default with the origin *typed*. */
export interface Edits {
  readonly name?: string;
  readonly target?: string;
  readonly service?: string;
  readonly team?: string;
  readonly owner?: string;
  readonly backup?: Backup;
  readonly endsIt?: string;
  readonly classification?: Classification;
  readonly dataDomains?: readonly string[];
  readonly credential?: CredentialModel;
  readonly rotation?: { readonly everyDays: number; readonly riskAnalysis: string } | null;
  readonly endsAt?: string;
  readonly retireWhen?: readonly RetirementCondition[];
  readonly exception?: DatedException | null;
}

/** The same asked for in another environment too, as a request of its own. */
export interface Beside {
  readonly environment: Environment;
  /** Whose token is accepted there; null for what is no pipeline, or while it is open. */
  readonly subject: GithubAnswer["subject"];
  /** Where the default target of that environment is not the one. */
  readonly target?: string;
}

/** What a person typed into the form: the content of a draft. JSON-safe; nothing in it is a secret. */
export interface Answers {
  /** Id of the blueprint. */
  readonly blueprint: string;
  readonly runs: GithubAnswer | WorkloadAnswer | null;
  readonly need: NeedAnswer | null;
  readonly purpose: string;
  /** Only where what runs it does not tell; null while unanswered. */
  readonly environment: Environment | null;
  readonly edits: Edits;
  /** Other environments that are asked for in the same form; absent for none. */
  readonly beside?: readonly Beside[];
  /** One of several that were asked for at once: its inferred name ends in its environment. */
  readonly nameEndsIn?: Environment;
}

/** A form nobody has touched. */
export const noAnswers = (blueprint: string): Answers => ({
  blueprint,
  runs: null,
  need: null,
  purpose: "",
  environment: null,
  edits: {},
});
