import { readActiveBundle } from "#db/read/planning-facts.ts";
import {
  lockState,
  readRequest,
  readVerdict,
  readVersion,
  type StateRow,
  type VerdictRow,
} from "#db/store/requests.ts";
import { type Approval, approvalOf } from "#lib/domain/approval.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { readApprovalAsk } from "#lib/judgement/approval-ask.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import { type Answer, superseded, taken } from "../answer.ts";
import { whenReceived } from "../requests/received.ts";
import { moveRequest, standAfter } from "../requests/stand.ts";
import type { Command, Work } from "../run.ts";

/**
 * Counts one verdict. A denial settles at once; the last approval that was missing moves the request on. Refuses a verdict
 * that may not count, in the words of `approvalOf`; one on a version or state that has passed is *superseded*.
 */
export const takeVerdict: Command<{ readonly verdict: string }, Answer> = async (work, input) => {
  const verdict = await readVerdict(work.tx, input.verdict);
  if (verdict === null) return refuse({ code: "not-found", sentence: "There is no such verdict." });
  await whenReceived(work, verdict);
  const state = await lockState(work.tx, verdict.request);
  const request = await readRequest(work.tx, verdict.request);
  const version = await readVersion(work.tx, verdict.request, verdict.version);
  if (state === null || request === null || version === null) {
    return refuse({ code: "not-found", sentence: "There is no such request." });
  }
  const late = whyPassed(verdict, state);
  if (late !== null) return recorded(work, verdict, superseded(late));
  const { ask, idOf } = await readApprovalAsk(work, {
    request,
    version,
    stages: state.stages,
    planDigest: state.planDigest ?? "",
    deadline: state.deadline,
    looking: verdict.id,
  });
  const approval = approvalOf(ask);
  const own = approval.counted.find(({ verdict: one }) => idOf.get(one) === verdict.id);
  const why = own === undefined ? "This person is not known." : own.why;
  if (why !== null) return refuse({ code: "forbidden", sentence: why });
  return settled(work, { verdict, state, approval });
};

function whyPassed(verdict: VerdictRow, state: StateRow): string | null {
  if (state.requestVersion !== verdict.version || state.planDigest !== verdict.planDigest) {
    return "The request was changed before this verdict was counted. Look at the new version.";
  }
  return state.state === "awaiting-approval" ? null : `The request was ${state.state} before this verdict was counted.`;
}

interface Settled {
  readonly verdict: VerdictRow;
  readonly state: StateRow;
  readonly approval: Approval;
}

async function settled(work: Work, { verdict, state, approval }: Settled) {
  const about = { request: state.request, requestVersion: state.requestVersion };
  const why = { by: verdict.person, verdict: verdict.id };
  if (approval.state === "denied") {
    const detail = { sentence: verdict.reason === "" ? "Denied." : verdict.reason };
    const ended = { state: "denied", deadline: null, accepter: null } as const;
    const entry = await moveRequest(work, state, { ...about, ...ended, detail, why });
    return { ok: await work.record(taken, entry) };
  }
  if (approval.state !== "approved") return recorded(work, verdict, taken);
  const bundle = await readActiveBundle(work.tx);
  if (bundle === null) return refuse({ code: "conflict", sentence: "No policy is active, so nothing can be decided." });
  const stand = standAfter({ approval: false, acceptance: state.accepter !== null }, figuresOf(bundle), work.now);
  const entry = await moveRequest(work, state, { ...about, ...stand, why });
  return { ok: await work.record(taken, entry) };
}

/** A verdict that moves nothing is still recorded as looked at, under its own name. */
async function recorded(work: Work, verdict: VerdictRow, answer: Answer) {
  const detail = { request: verdict.request, requestVersion: verdict.version, stage: verdict.stage };
  return {
    ok: await work.record(answer, {
      noun: "verdict",
      id: verdict.id,
      version: 1,
      action: `verdict.${answer.result === "taken" ? "counted" : "superseded"}`,
      detail,
    }),
  };
}
