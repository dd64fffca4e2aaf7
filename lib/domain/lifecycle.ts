import type { IdentityState } from "./identity.ts";
import { instantOf, later } from "./instant.ts";
import { type Outcome, ok, refuse } from "./refusal.ts";

/** What happens to an identity; each is written by the transaction that finishes, starts or fails an intent. */
export type LifeEvent =
  | "provisioned"
  | "failed"
  | "retirement-started"
  | "removed"
  | "access-changed"
  | "renewed"
  | "transferred"
  | "rotated"
  | "suspended"
  | "resumed";

const moves: { readonly [S in IdentityState]: { readonly [E in LifeEvent]?: IdentityState } } = {
  provisioning: { provisioned: "live", failed: "failed" },
  live: {
    "access-changed": "live",
    renewed: "live",
    transferred: "live",
    rotated: "live",
    suspended: "suspended",
    "retirement-started": "retiring",
  },
  suspended: {
    "access-changed": "suspended",
    renewed: "suspended",
    transferred: "suspended",
    rotated: "suspended",
    resumed: "live",
    "retirement-started": "retiring",
  },
  retiring: { removed: "retired", renewed: "live" },
  retired: {},
  failed: {},
};

/** The state after an event; refuses an event that cannot happen in this state. */
export function afterEvent(state: IdentityState, event: LifeEvent): Outcome<IdentityState> {
  const next = moves[state][event];
  return next === undefined
    ? refuse({ code: "conflict", sentence: `An identity that is ${state} cannot be ${event.replaceAll("-", " ")}.` })
    : ok(next);
}

/** Ended, and still enabled: the worker raises its retirement with the reason *expired*. */
export const isExpiryDue = (identity: { readonly state: IdentityState; readonly endsAt: Date }, now: Date): boolean =>
  (identity.state === "live" || identity.state === "suspended") && identity.endsAt.getTime() <= now.getTime();

/** Until when an older credential is kept beside its successor; without a figure it ends at once. */
export const overlapEnds = (now: Date, overlapHours: unknown): Date =>
  later(now, { hours: typeof overlapHours === "number" && overlapHours > 0 ? overlapHours : 0 });

/** When a hold that begins now ends and removal may begin; without a figure it ends at once. */
export const holdEnds = (now: Date, holdDays: unknown): Date =>
  later(now, { days: typeof holdDays === "number" && holdDays > 0 ? holdDays : 0 });

/** A renewal sets a later end, ahead of now. */
export function mayRenewUntil(current: string, wanted: string, now: Date): Outcome<null> {
  const field = "endsAt";
  const [from, to] = [instantOf(current), instantOf(wanted)];
  if (to === null)
    return refuse({ code: "invalid", field, sentence: "This is not a date.", mend: "Choose when it ends." });
  if (to <= now.getTime())
    return refuse({ code: "invalid", field, sentence: "The end has passed.", mend: "Choose a day ahead." });
  if (from !== null && to <= from)
    return refuse({ code: "invalid", field, sentence: "It already lasts that long.", mend: "Choose a later day." });
  return ok(null);
}
