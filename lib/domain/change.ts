import type { Charter, RequestKind } from "./charter.ts";
import type { JsonObject } from "./json.ts";
import { type Outcome, ok, refuse } from "./refusal.ts";

/** Kinds that change an identity which exists. */
export type LaterKind = Exclude<RequestKind, "provision">;

/**
 * The charter as it stands once a change is made: the only way in which a later request may differ from what was approved.
 * A backup who becomes the owner leaves the owning team as backup.
 */
export function charterAfter(kind: LaterKind, charter: Charter, change: JsonObject): Outcome<Charter> {
  if (kind === "retire") return ok(charter);
  if (kind === "transfer") {
    const { to } = change;
    if (typeof to !== "string") return refuse({ code: "invalid", field: "owner", sentence: "Choose the new owner." });
    if (to === charter.owner) {
      return refuse({ code: "invalid", field: "owner", sentence: "This person owns it already." });
    }
    const succeeds = "person" in charter.backup && charter.backup.person === to;
    return ok({ ...charter, owner: to, backup: succeeds ? { team: charter.team } : charter.backup });
  }
  const { endsAt } = change;
  if (typeof endsAt !== "string") return refuse({ code: "invalid", field: "endsAt", sentence: "Choose the new end." });
  if (endsAt <= charter.endsAt) {
    return refuse({ code: "invalid", field: "endsAt", sentence: "The new end is not later than the present one." });
  }
  return ok({ ...charter, endsAt });
}

/** Fields whose refusals matter to a change; what it leaves alone was decided when the identity was born. */
export const fieldsOf = (kind: RequestKind): readonly string[] | null =>
  ({ provision: null, renew: ["endsAt", "owner"], transfer: ["owner"], retire: [] })[kind];
