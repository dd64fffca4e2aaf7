import type { QuestionAnswer } from "./attestation.ts";
import type { Classification, CredentialModel, Environment } from "./charter.ts";
import type { IdentityState } from "./identity.ts";
import type { Json, JsonObject } from "./json.ts";
import type { UseAnswer } from "./last-use.ts";
import type { Level } from "./reach.ts";

/**
 * What a card shows and an answer seals. Days are UTC dates, not moments: an identity in daily use must not change under the
 * reader's eyes.
 */
export type Evidence = {
  readonly identity: string;
  readonly name: string;
  readonly objectName: string;
  readonly environment: Environment;
  readonly target: string;
  readonly state: IdentityState;
  readonly purpose: string;
  readonly service: string;
  readonly team: string;
  readonly owner: string;
  readonly backup: string;
  readonly classification: Classification;
  readonly credential: CredentialModel;
  readonly reach: {
    readonly phrase: string;
    readonly services: readonly { readonly title: string; readonly levels: readonly Level[] }[];
    readonly resources: readonly string[];
    /** Sentences of the known ways to gain more power. */
    readonly escalations: readonly string[];
  };
  readonly endsOn: string;
  readonly use: {
    readonly answer: UseAnswer;
    readonly lastUsedOn: string | null;
    /** Silent since then under sources that would have told; null when it could be used unseen. */
    readonly unusedSince: string | null;
    /** Not used for as long as policy lets it lie idle. */
    readonly looksUnused: boolean;
    readonly sources: readonly { readonly source: string; readonly lagMinutes: number }[];
  };
  /** Open findings but the one about this question. */
  readonly findings: readonly { readonly kind: string; readonly sentence: string }[];
  /** How its objects differ from what was approved. */
  readonly differences: readonly string[];
  /** The answer before, and what is otherwise since then; null when it was never asked. */
  readonly last: {
    readonly answer: QuestionAnswer;
    readonly on: string;
    readonly by: string;
    readonly reason: string;
    readonly changed: readonly string[];
  } | null;
};

const labels: { readonly [field: string]: string } = {
  name: "its name",
  objectName: "its object",
  environment: "its environment",
  target: "its target",
  state: "its state",
  purpose: "its purpose",
  service: "its business service",
  team: "its team",
  owner: "its owner",
  backup: "its backup",
  classification: "its data classification",
  credential: "its credential",
  reach: "what it reaches",
  endsOn: "when it ends",
  use: "its last use",
  findings: "its findings",
  differences: "what was changed outside",
  last: "the answer before",
};

/** What is otherwise in one evidence than in another, in words; both as JSON that anybody may have sent. */
export const changesBetween = (before: JsonObject, after: JsonObject): readonly string[] =>
  Object.entries(labels).flatMap(([field, label]) =>
    equal(before[field] ?? null, after[field] ?? null) ? [] : [label],
  );

/** What has changed since an answer was given, for the next card. That it was used since, or answered before, is no change. */
export const changedSince = (shown: JsonObject, now: JsonObject): readonly string[] =>
  changesBetween({ ...shown, use: null, last: null }, { ...now, use: null, last: null });

function equal(a: Json, b: Json): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  const same = (key: string, value: Json) => right.has(key) && equal(value, right.get(key) ?? null);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.size === right.size &&
    [...left].every(([key, value]) => same(key, value))
  );
}

/**
 * What two identities must share to be answered for in one gesture: everything on the card but their names. Precisely: the
 * evidence without its id, with each occurrence of its object's name, and outside of what it reaches of its own name too, in any text
 * replaced by `‹name›`, the longer first. What it reaches is another's: a bucket that is called after it is another bucket.
 */
export function comparable(evidence: JsonObject): JsonObject {
  const { identity: _, ...rest } = evidence;
  const named = [evidence.objectName, evidence.name].filter((name) => typeof name === "string");
  const object = named.filter((name) => name === evidence.objectName);
  const unnamedIn = (field: string, value: Json): Json => unnamed(value, field === "reach" ? object : named);
  return Object.fromEntries(Object.entries(rest).map(([field, value]) => [field, unnamedIn(field, value)]));
}

function unnamed(value: Json, names: readonly string[]): Json {
  if (typeof value === "string") return textWithout(value, names);
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((one) => unnamed(one, names));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unnamed(one, names)]));
}

/** Each name is looked for in what the ones before it left, never in the mark that stands for them. */
function textWithout(text: string, [name, ...others]: readonly string[]): string {
  if (name === undefined) return text;
  const parts = text.split(name).map((part) => textWithout(part, others));
  return parts.join("‹name›");
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
