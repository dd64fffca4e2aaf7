import type { Backup, Classification, CredentialModel, Environment, SubjectFormat } from "./charter.ts";
import type { PolicyFigures } from "./decision.ts";
import type { ApprovedStorage } from "./storage.ts";

/** Charter fields that a team's template sets; the content of `teams.defaults`. */
export interface TeamDefaults {
  readonly owner?: string;
  readonly backup?: Backup;
  readonly endsIt?: string;
  readonly unusedDays?: number;
  readonly riskAnalysis?: string;
  readonly dataDomains?: readonly string[];
}

export interface PersonFact {
  /** Canonical id. */
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
}
export interface TeamFact {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly defaults: TeamDefaults;
  /** Row version of the template, for origins. */
  readonly version: number;
}
export interface ServiceFact {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly team: string;
  readonly owner: string;
  readonly classification: Classification;
  /** Environment → target names; the first of the right kind is the default. */
  readonly targets: { readonly [E in Environment]?: readonly string[] };
  /** Where the record came from: `catalog-info`, `CMDB`. */
  readonly source: string;
  readonly decommissioned: boolean;
  readonly version: number;
}
export interface RepositoryFact {
  /** `owner/name`. */
  readonly name: string;
  readonly ownerId: string;
  readonly repositoryId: string;
  readonly service: string | null;
  readonly environments: readonly string[];
  readonly subjectFormat: SubjectFormat;
  readonly archived: boolean;
}
export interface TargetFact {
  readonly name: string;
  readonly kind: string;
  readonly title: string;
  readonly environments: readonly Environment[];
  /** What its connector can make, best first. */
  readonly credentials: readonly CredentialModel[];
}
export interface VaultFact {
  readonly name: string;
  readonly approved: readonly ApprovedStorage[];
}

/** The part of a blueprint that fills a form. */
export interface BlueprintFact {
  readonly id: string;
  readonly digest: string;
  readonly title: string;
  readonly connector: string;
  readonly credential: CredentialModel;
  readonly stores: boolean;
  readonly questions: readonly { readonly kind: string }[];
  readonly defaults: {
    readonly rotateEveryDays: number | null;
    readonly riskAnalysis: string | null;
    readonly unusedDays: number | null;
    readonly classification: Classification | null;
  };
  readonly guardRails: { readonly environments: readonly Environment[] };
}
export interface PackFact {
  readonly id: string;
  readonly digest: string;
  readonly title: string;
  readonly parameters: readonly { readonly name: string }[];
}

/** All that defaults are drawn from: one read of the database, made by `db/read/form-facts.ts`. */
export interface FormFacts {
  readonly requester: { readonly id: string; readonly name: string; readonly teams: readonly string[] };
  /** At least everyone the form could name: members of the requester's teams, owners of services, people in `edits`. */
  readonly people: readonly PersonFact[];
  readonly teams: readonly TeamFact[];
  readonly services: readonly ServiceFact[];
  readonly repositories: readonly RepositoryFact[];
  /** Configured targets, in configuration order. */
  readonly targets: readonly TargetFact[];
  readonly vaults: readonly VaultFact[];
  readonly blueprint: BlueprintFact;
  readonly packs: readonly PackFact[];
  readonly figures: PolicyFigures;
  /** Digest of the active policy bundle. */
  readonly bundle: string;
  /** Names that live identities and open requests already have. */
  readonly names: readonly string[];
}
