import type { RequestKind } from "./charter.ts";

/** A step of an open intent, as its row tells it. */
export interface OpenStep {
  readonly kind: string;
  readonly state: string;
}

/**
 * How far an open intent has come: a step of it is with a worker, it is between two tries, it waits for the end of its hold
 * or overlap, or what follows that has begun.
 */
export type Phase = "running" | "between" | "held" | "ending";

const takesAway: readonly string[] = ["disable", "revoke", "remove"];
const taken: readonly string[] = ["claimed", "sent", "ambiguous"];

/** Whether a step is with a worker, or may still take effect. */
export const isTaken = (steps: readonly OpenStep[]): boolean => steps.some(({ state }) => taken.includes(state));

/** A retirement is held once it is disabled; a rotation once its new credential is stored. Nothing else is ever held. */
export function phaseOf(kind: RequestKind, steps: readonly OpenStep[]): Phase {
  const isBefore = ({ kind: step }: OpenStep): boolean =>
    kind === "retire" ? step === "disable" : kind !== "rotate" || !takesAway.includes(step);
  const before = steps.filter(isBefore);
  const rest = steps.filter((step) => !isBefore(step));
  if (before.some(({ state }) => state !== "done")) return isTaken(before) ? "running" : "between";
  return rest.every(({ state }) => state === "waiting" || state === "ready") ? "held" : "ending";
}

/** Changes that are ended between two of their steps by what disables: enabling again puts right what they left half done. */
const givesWay: readonly RequestKind[] = ["change-access", "renew", "resume", "transfer"];

/**
 * What a request does that meets an open intent on its identity: waits for it, goes on beside it, or ends it. Beside a
 * rotation's overlap everything goes on, since what follows only removes the older credential. What disables waits for
 * nothing but a step that is just being tried; a transfer, which gives no power, goes on beside a suspension.
 */
export function meeting(
  kind: RequestKind,
  other: { readonly kind: RequestKind; readonly phase: Phase },
): "waits" | "beside" | "ends" {
  if (other.kind === "retire") return kind === "renew" && other.phase === "held" ? "ends" : "waits";
  if (givesWay.includes(other.kind)) {
    if (kind === "suspend" && other.kind === "transfer") return "beside";
    return (kind === "suspend" || kind === "retire") && other.phase === "between" ? "ends" : "waits";
  }
  if (other.kind !== "rotate" || other.phase === "running") return "waits";
  if (kind === "retire") return other.phase === "ending" ? "waits" : "ends";
  if (other.phase === "between") return kind === "suspend" ? "ends" : "waits";
  return kind === "rotate" ? "waits" : "beside";
}
