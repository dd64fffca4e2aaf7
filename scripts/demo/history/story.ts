import type { Answers, Edits, NeedAnswer } from "#lib/domain/answers.ts";
import type { LaterKind } from "#lib/domain/change.ts";
import type { Environment } from "#lib/domain/charter.ts";

/** Somebody by the part of their address before the dot. */
export type Person = "jonas" | "amara" | "lena" | "priya" | "nadia" | "victor" | "mara" | "tomas" | "ida";

/** A request for an identity, as its form was answered. */
export interface Birth {
  /** Days before today. */
  readonly ago: number;
  readonly who: Person;
  readonly name: string;
  readonly answers: Omit<Answers, "edits">;
  readonly edits?: EditsIn;
  /** Security leaves it alone until a deed says otherwise. */
  readonly held?: boolean;
  /** Its owner-to-be does not answer. */
  readonly unaccepted?: boolean;
}

/** Edits with days and people in the story's own terms. */
export interface EditsIn extends Omit<Edits, "owner" | "backup" | "endsAt" | "exception" | "name"> {
  readonly owner?: Person;
  readonly backup?: Person;
  /** Days it lives. */
  readonly lives?: number;
  /** Dated exception to the ladder, of so many days. */
  readonly excepted?: { readonly days: number; readonly why: string };
}

export type Deed = { readonly ago: number } & (
  | {
      readonly do: "change";
      readonly kind: Exclude<LaterKind, "renew" | "transfer" | "change-access">;
      readonly who: Person;
      readonly name: string;
      readonly why: string;
    }
  | { readonly do: "renew"; readonly who: Person; readonly name: string; readonly days: number }
  | { readonly do: "transfer"; readonly who: Person; readonly name: string; readonly to: Person }
  /** Security may decide on it from now on. */
  | { readonly do: "release"; readonly name: string }
  | { readonly do: "withdraw"; readonly who: Person; readonly name: string }
  | { readonly do: "deny"; readonly who: Person; readonly name: string; readonly why: string }
  | { readonly do: "say"; readonly who: Person; readonly name: string; readonly text: string }
  | {
      readonly do: "less";
      readonly who: Person;
      readonly name: string;
      readonly drop: readonly string[];
      readonly why: string;
    }
  | { readonly do: "take-over"; readonly who: Person; readonly name: string }
  /** The workflows and jobs behind these use them. */
  | { readonly do: "use"; readonly names: readonly string[] }
  /** Everything that is asked of this person is kept. */
  | { readonly do: "keep"; readonly who: Person }
  | { readonly do: "mute"; readonly who: Person; readonly name: string; readonly kind: string; readonly why: string }
  /** Somebody changes an object past the portal, at its target. */
  | {
      readonly do: "outside";
      readonly what: "delete" | "widen" | "take-name" | "copy-mark";
      readonly name: string;
    }
  /** Administrators of the orders database do something there: with a table of this name, or with the role of this identity. */
  | {
      readonly do: "cluster";
      readonly what: "own-table" | "keep-dump" | "restore-dump" | "take-admin";
      readonly name: string;
    }
  /** Has targets and vaults checked: reachable, and with which rights. */
  | { readonly do: "check"; readonly who: Person; readonly names: readonly string[] }
  /** A provisioning that is stuck is taken back. */
  | { readonly do: "take-back"; readonly who: Person; readonly name: string }
  | { readonly do: "more"; readonly who: Person; readonly name: string; readonly add: NeedAnswer; readonly why: string }
  /** Keeps a view of the inventory, shared with the first of one's teams. */
  | { readonly do: "view"; readonly who: Person; readonly name: string; readonly query: string }
  | { readonly do: "draft"; readonly of: Birth }
  /** The directory says who has left and what is archived, while the worker stands still; so what was asked for meanwhile is refused. */
  | { readonly do: "leave"; readonly meanwhile: Birth }
  | { readonly do: "sweep" }
);

/** A dated exception to the ladder, for as long as it lives. */
export const excepted = (days: number, why: string) => ({ edits: { lives: days, excepted: { days, why } } });

interface Pipeline {
  readonly repository: string;
  /** A GitHub environment, or a branch as `#main`. */
  readonly at: string;
  readonly need: NeedAnswer;
  readonly environment?: Environment;
}

const pack = (id: string, parameters: Readonly<Record<string, string>>): NeedAnswer => ({ pack: id, parameters });
export const writes = (bucket: string): NeedAnswer => pack("write-bucket", { bucket });
export const reads = (bucket: string): NeedAnswer => pack("read-bucket", { bucket });
export const deploys = (name: string): NeedAnswer => pack("deploy-lambda", { function: name });
export const sends = (queue: string): NeedAnswer => pack("send-sqs", { queue });
export const consumes = (queue: string): NeedAnswer => pack("consume-sqs", { queue });
export const publishes = (topic: string): NeedAnswer => pack("publish-sns", { topic });
export const pushes = (repository: string): NeedAnswer => pack("push-ecr", { repository });
export const secret = (name: string): NeedAnswer => pack("read-secret", { secret: name });
export const tables = (id: "read-tables" | "write-tables" | "append-tables", names: string): NeedAnswer =>
  pack(id, { database: "orders", schema: "shop", tables: names });

/** When, who, and the name that people will remember. */
type Head = readonly [ago: number, who: Person, name: string];
type More = Pick<Birth, "edits" | "held" | "unaccepted">;

/** A role that a workflow assumes with its own token. */
export function pipeline([ago, who, name]: Head, purpose: string, of: Pipeline & More): Birth {
  const { repository, at, need, environment = null, ...more } = of;
  const subject = at.startsWith("#") ? { branch: at.slice(1) } : { environment: at };
  const runs = { kind: "github", repository: `acme/${repository}`, subject } as const;
  return { ago, who, name, ...more, answers: { blueprint: "aws-role-ci-pipeline", runs, need, purpose, environment } };
}

interface Workload {
  readonly runsOn: string;
  /** Slug of the business service. */
  readonly service: string;
  readonly need: NeedAnswer;
  readonly environment: Environment;
}

/** A user whose access key lies in the vault. */
export const key = (head: Head, purpose: string, of: Workload & More): Birth =>
  workload("aws-user-access-key", head, { purpose, ...of });

/** A login at the orders database, whose password lies in the vault. */
export const login = (head: Head, purpose: string, of: Omit<Workload, "environment"> & More): Birth =>
  workload("postgresql-role", head, { purpose, environment: "prod", ...of });

function workload(
  blueprint: string,
  [ago, who, name]: Head,
  of: Workload & More & { readonly purpose: string },
): Birth {
  const { runsOn, service, need, environment, purpose, ...more } = of;
  const runs = { kind: "workload", runsOn, service } as const;
  return { ago, who, name, ...more, answers: { blueprint, runs, need, purpose, environment } };
}
