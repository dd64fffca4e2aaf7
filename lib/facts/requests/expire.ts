import { lockState } from "#db/store/requests.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Command } from "../run.ts";
import { moveRequest } from "./stand.ts";

/** A stage or an offer of ownership that ran out ends its request. Refuses one that has moved on or whose time has not come. */
export const expire: Command<{ readonly request: string }, null> = async (work, { request }) => {
  const state = await lockState(work.tx, request);
  const waits = state?.state === "awaiting-approval" || state?.state === "awaiting-acceptance";
  if (state === null || !waits || state.deadline === null || state.deadline > work.now) {
    return refuse({ code: "conflict", sentence: "This request is not overdue." });
  }
  const sentence =
    state.state === "awaiting-approval"
      ? "Nobody decided in time. Submit it again to ask anew."
      : "The owner did not accept in time. Submit it again, or choose another owner.";
  const about = { request, requestVersion: state.requestVersion, why: { waitedFor: state.state } };
  const to = { ...about, state: "expired", deadline: null, detail: { sentence } } as const;
  return { ok: await work.record(null, await moveRequest(work, state, to)) };
};
