import { readActiveBundle } from "#db/read/planning-facts.ts";
import {
  lockState,
  readRequest,
  readVerdict,
  readVersion,
  type StateRow,
  type VerdictRow,
} from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { type Approval, approvalOf } from "#lib/domain/approval.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { readApprovalAsk } from "#lib/judgement/approval-ask.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import { verdictAct } from "#lib/judgement/signed.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import { type Answer, superseded, taken } from "../answer.ts";
import { proven, takeGesture, type Used } from "../passkeys/use.ts";
import { whenReceived } from "../requests/received.ts";
import { moveRequest, standAfter } from "../requests/stand.ts";
import type { Command, Work } from "../run.ts";

export interface TakeVerdict {
  readonly verdict: string;
  readonly installation: Installation;
}

/**
 * Counts one verdict, with its gesture where the decision asks for one. A denial settles at once; the last approval that was missing moves the request on. Refuses a verdict
 * that may not count, in the words of `approvalOf`; one on a version or state that has passed is *superseded*.
 */
export const takeVerdict: Command<TakeVerdict, Answer> = async (work, input) => {
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
  if (late !== null) return recorded(work, { verdict, used: null }, superseded(late));
  const { ask, idOf } = await readApprovalAsk(work, {
    request,
    version,
    stages: state.stages,
    planDigest: state.planDigest ?? "",
    deadline: state.deadline,
    assurance: state.assurance,
    installation: input.installation,
    looking: verdict.id,
  });
  const approval = approvalOf(ask);
  const own = approval.counted.find(({ verdict: one }) => idOf.get(one) === verdict.id);
  const why = own === undefined ? "This person is not known." : own.why;
  if (why !== null) return refuse({ code: "forbidden", sentence: why });
  const used = state.assurance === null ? null : await takeGesture(work, input.installation, claimOf(verdict));
  if (used !== null && "refusals" in used) return used;
  return settled(work, { verdict, state, approval, used: used?.ok ?? null });
};

function whyPassed(verdict: VerdictRow, state: StateRow): string | null {
  if (state.requestVersion !== verdict.version || state.planDigest !== verdict.planDigest) {
    return "The request was changed before this verdict was counted. Look at the new version.";
  }
  return state.state === "awaiting-approval" ? null : `The request was ${state.state} before this verdict was counted.`;
}

const claimOf = (verdict: VerdictRow) => {
  const { id, person, assertion } = verdict;
  return { claim: `verdicts/${id}`, act: verdictAct(verdict), person, assertion };
};

interface Settled {
  readonly verdict: VerdictRow;
  readonly state: StateRow;
  readonly approval: Approval;
  readonly used: Used | null;
}

async function settled(work: Work, { verdict, state, approval, used }: Settled) {
  const about = { request: state.request, requestVersion: state.requestVersion };
  const why = { by: verdict.person, verdict: verdict.id };
  if (approval.state === "denied") {
    const detail = { sentence: verdict.reason === "" ? "Denied." : verdict.reason };
    const ended = { state: "denied", deadline: null, accepter: null } as const;
    const entry = await moveRequest(work, state, { ...about, ...ended, detail, why });
    return { ok: await work.record(taken, ...proven(entry, used)) };
  }
  if (approval.state !== "approved") return recorded(work, { verdict, used }, taken);
  const bundle = await readActiveBundle(work.tx);
  if (bundle === null) return refuse({ code: "conflict", sentence: "No policy is active, so nothing can be decided." });
  const stand = standAfter({ approval: false, acceptance: state.accepter !== null }, figuresOf(bundle), work.now);
  const entry = await moveRequest(work, state, { ...about, ...stand, why });
  return { ok: await work.record(taken, ...proven(entry, used)) };
}

/** A verdict that moves nothing is still recorded as looked at, under its own name. */
async function recorded(work: Work, { verdict, used }: Pick<Settled, "verdict" | "used">, answer: Answer) {
  const detail = { request: verdict.request, requestVersion: verdict.version, stage: verdict.stage };
  const action = answer.result === "taken" ? "verdict.counted" : "verdict.superseded";
  const entry: Entry = { noun: "verdict", id: verdict.id, version: 1, action, detail };
  return { ok: await work.record(answer, ...proven(entry, used)) };
}
