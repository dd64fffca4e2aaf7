import type { Charter, RequestKind } from "./charter.ts";
import { instantOf } from "./instant.ts";
import type { Json, JsonObject } from "./json.ts";
import { mayRenewUntil } from "./lifecycle.ts";
import { type Outcome, ok, refuse } from "./refusal.ts";
import { whyNotPlain } from "./text.ts";

/** Kinds that change an identity which exists. */
export type LaterKind = Exclude<RequestKind, "provision">;

/** The field that each kind's change has, the charter field that people know it by, and what may stand beside it. */
const changes: { readonly [K in LaterKind]: { readonly key: string; readonly field: string; readonly also?: string } } =
  {
    "change-access": { key: "reason", field: "reason", also: "spec" },
    renew: { key: "endsAt", field: "endsAt", also: "exceptionEndsAt" },
    transfer: { key: "to", field: "owner" },
    suspend: { key: "reason", field: "reason", also: "strangers" },
    resume: { key: "reason", field: "reason" },
    rotate: { key: "reason", field: "reason" },
    retire: { key: "reason", field: "reason" },
  };

/** What a request of this kind changes, from JSON nobody has checked: its field, a text, and nothing it does not know. */
function readChange(kind: LaterKind, change: JsonObject): Outcome<string> {
  const { key, field, also } = changes[kind];
  const value = change[key];
  if (Object.keys(change).some((one) => one !== key && one !== also) || typeof value !== "string")
    return refuse({ code: "invalid", field, sentence: "This change cannot be read." });
  const why = whyNotPlain(value, { min: 3, max: 500 });
  return why === null ? ok(value) : refuse({ code: "invalid", field, sentence: why });
}

/** The charter as it stands once a change is made: the only way in which a later request may differ from what was approved. */
export function charterAfter(ask: {
  readonly kind: LaterKind;
  readonly charter: Charter;
  readonly change: JsonObject;
  readonly now: Date;
}): Outcome<Charter> {
  const { kind, charter } = ask;
  const read = readChange(kind, ask.change);
  if ("refusals" in read) return read;
  const value = read.ok;
  switch (kind) {
    case "suspend":
    case "rotate":
    case "retire":
      return ok(charter);
    case "resume":
      return mayResume(charter, ask.now);
    case "change-access":
      return reaching(charter, ask.change.spec);
    case "transfer":
      return ok(handedOver(charter, value));
    case "renew": {
      const may = mayRenewUntil(charter.endsAt, value, ask.now);
      return "refusals" in may ? may : extended({ ...charter, endsAt: value }, ask.change.exceptionEndsAt);
    }
  }
}

/** Other access and nothing else; what it comes to is compared once its plan is drawn. */
function reaching(charter: Charter, spec: Json | undefined): Outcome<Charter> {
  if (isJsonObject(spec)) return ok({ ...charter, spec });
  return refuse({ code: "invalid", field: "spec", sentence: "What it must do is missing." });
}

const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An exception lasts longer only together with a renewal, which is approved as policy says for it. */
function extended(charter: Charter, until: Json | undefined): Outcome<Charter> {
  if (until === undefined) return ok(charter);
  const field = "exception.endsAt";
  const { exception } = charter;
  if (exception === null)
    return refuse({ code: "invalid", field, sentence: "It has no exception.", mend: "Leave its end out." });
  if (typeof until !== "string" || instantOf(until) === null)
    return refuse({ code: "invalid", field, sentence: "This is not a date.", mend: "Choose when the exception ends." });
  return ok({ ...charter, exception: { ...exception, endsAt: until } });
}

/** Nothing whose end has passed is enabled again. */
function mayResume(charter: Charter, now: Date): Outcome<Charter> {
  const ends = instantOf(charter.endsAt);
  if (ends !== null && ends > now.getTime()) return ok(charter);
  return refuse({ code: "conflict", sentence: "Its end has passed.", mend: "Renew it first." });
}

/** A backup who becomes the owner leaves the owning team as backup, since owner and backup differ. */
function handedOver(charter: Charter, owner: string): Charter {
  const succeeds = "person" in charter.backup && charter.backup.person === owner;
  return { ...charter, owner, backup: succeeds ? { team: charter.team } : charter.backup };
}

/** Fields whose refusals matter to a change; what it leaves alone was decided when the identity was born. Null: every field. */
export const fieldsOf = (kind: RequestKind): readonly string[] | null =>
  ({
    provision: null,
    "change-access": [],
    renew: ["endsAt", "owner", "exception.endsAt", "exception.owner"],
    transfer: ["owner"],
    suspend: [],
    rotate: [],
    resume: ["owner"],
    retire: [],
  })[kind];
