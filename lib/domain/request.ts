import type { Role } from "./actor.ts";
import type { RequestKind } from "./charter.ts";
import { type Outcome, ok, refuse } from "./refusal.ts";

/** Said to whoever sends what was looked at, to the form and with the request that comes back. */
export const planMoved = "What would be made has changed since you looked.";

/** Where a request stands. Kinds other than `provision` end in `done`. */
export const requestStates = [
  "received",
  "refused",
  "awaiting-approval",
  "awaiting-acceptance",
  "resubmit",
  "approved",
  "provisioning",
  "live",
  "done",
  "denied",
  "withdrawn",
  "expired",
  "failed",
] as const;
export type RequestState = (typeof requestStates)[number];

/**
 * From each state the states that may follow. `received` follows where a new version may be submitted; `approved` may go
 * back to approval when the current bundle wants more stages, or to `resubmit` when the plan is no longer the one approved.
 * A state that follows itself is written again with another deadline or accepter. Of what is provisioned only a retirement
 * in its hold is *withdrawn*: by a renewal.
 */
const following: { readonly [S in RequestState]: readonly RequestState[] } = {
  received: ["refused", "awaiting-approval", "awaiting-acceptance", "approved", "withdrawn", "resubmit"],
  refused: ["received", "withdrawn"],
  "awaiting-approval": [
    "received",
    "refused",
    "awaiting-approval",
    "awaiting-acceptance",
    "approved",
    "denied",
    "withdrawn",
    "expired",
    "resubmit",
  ],
  "awaiting-acceptance": [
    "received",
    "refused",
    "awaiting-approval",
    "approved",
    "denied",
    "withdrawn",
    "expired",
    "resubmit",
  ],
  resubmit: ["received", "withdrawn", "expired"],
  approved: [
    "refused",
    "awaiting-approval",
    "awaiting-acceptance",
    "approved",
    "resubmit",
    "provisioning",
    "withdrawn",
    "expired",
  ],
  provisioning: ["live", "done", "failed", "withdrawn"],
  live: [],
  done: [],
  denied: [],
  withdrawn: [],
  expired: [],
  failed: [],
};

/** True when a request may move from one state to the other; the worker alone moves it. */
export const mayFollow = (from: RequestState, to: RequestState): boolean => following[from].includes(to);

/** A request's state as it is written: of which version. */
export interface Standing {
  readonly state: RequestState;
  readonly requestVersion: number;
}

/** Whether a state may be written over another, null being none: a newer version begins anew from *received*, an older one never stands again. */
export function mayBecome(before: Standing | null, to: Standing): boolean {
  if (before === null) return mayFollow("received", to.state);
  if (to.requestVersion === before.requestVersion) return mayFollow(before.state, to.state);
  return (
    to.requestVersion > before.requestVersion && mayFollow(before.state, "received") && mayFollow("received", to.state)
  );
}

/** States that nothing follows: the request is settled. */
export const settledStates: readonly RequestState[] = requestStates.filter((state) => following[state].length === 0);

/** The state in which a finished intent leaves its request. */
export const finishedAs = (kind: RequestKind): RequestState => (kind === "provision" ? "live" : "done");

const words: { readonly [S in RequestState]: string } = {
  received: "received",
  refused: "refused by policy",
  "awaiting-approval": "waiting for approval",
  "awaiting-acceptance": "waiting for the owner to accept",
  resubmit: "to be looked at again",
  approved: "approved",
  provisioning: "being provisioned",
  live: "live",
  done: "done",
  denied: "denied",
  withdrawn: "withdrawn",
  expired: "expired",
  failed: "failed",
};
/** A state as screens say it. */
export const sayState = (state: RequestState): string => words[state];

/** The request as its rows tell it, and who asks. `person` and `requester` are canonical ids. */
export interface Asking {
  readonly state: RequestState;
  /** Null for a request that the worker raised. */
  readonly requester: string | null;
  readonly person: string;
}

/** Until it is released a request is its requester's: nothing has been made for it. */
const withdrawable: readonly RequestState[] = [
  "received",
  "refused",
  "awaiting-approval",
  "awaiting-acceptance",
  "resubmit",
  "approved",
];

/** A request is its requester's to withdraw until it is provisioned. */
export function mayWithdraw({ state, requester, person }: Asking): Outcome<null> {
  if (requester !== person) return refuse({ code: "forbidden", sentence: "Only the requester withdraws a request." });
  return withdrawable.includes(state)
    ? ok(null)
    : refuse({ code: "conflict", sentence: `It is ${sayState(state)} and can no longer be withdrawn.` });
}

/** A provisioning as its steps tell it, and who asks; ids are canonical. */
export interface TakingBack {
  readonly kind: RequestKind;
  /** Whether a step of it is stuck, and whether it is being taken back already. */
  readonly stuck: boolean;
  readonly undoing: boolean;
  /** Its requester and its owner. */
  readonly behind: readonly (string | null)[];
  readonly asker: { readonly id: string; readonly roles: readonly Role[] };
}

/** A provisioning, or a change of access, that is stuck is taken back by who asked for it or would own it, and by operators and security. */
export function mayTakeBack({ kind, stuck, undoing, behind, asker }: TakingBack): Outcome<null> {
  const may = behind.includes(asker.id) || asker.roles.includes("operator") || asker.roles.includes("security");
  if (!may) {
    const sentence = "Only the requester, the owner, an operator or security has it taken back.";
    return refuse({ code: "forbidden", sentence });
  }
  if (undoing) return refuse({ code: "conflict", sentence: "It is being taken back already." });
  if (stuck && (kind === "provision" || kind === "change-access")) return ok(null);
  const mend = stuck ? "Mend the cause, then have the step tried again." : undefined;
  const sentence = "Only a provisioning or a change of access that is stuck is taken back.";
  return refuse({ code: "conflict", sentence, ...(mend === undefined ? {} : { mend }) });
}

/** A new version (an edit, or taking over *ask for less*) is the requester's, while nothing is settled or provisioned; it voids approvals. */
export function maySubmitVersion(
  asking: Asking & { readonly newest: number; readonly version: number },
): Outcome<null> {
  const { state, requester, person, newest, version } = asking;
  if (requester !== person) return refuse({ code: "forbidden", sentence: "Only the requester changes a request." });
  if (version !== newest + 1)
    return refuse({
      code: "conflict",
      sentence: `Version ${newest} is the newest by now.`,
      mend: "Look at it and submit your change again.",
    });
  return mayFollow(state, "received")
    ? ok(null)
    : refuse({ code: "conflict", sentence: `It is ${sayState(state)} and can no longer be changed.` });
}

/** A verdict is given while approval is awaited; who may give it is `mayDecide`'s. */
export const mayReceiveVerdict = (state: RequestState): Outcome<null> =>
  state === "awaiting-approval"
    ? ok(null)
    : refuse({ code: "conflict", sentence: `It is ${sayState(state)}; there is nothing to decide.` });
