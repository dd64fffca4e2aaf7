import type { Recorded } from "#lib/audit/entry.ts";
import { policyRefusals } from "#lib/domain/policy-refusals.ts";
import type { Refusals } from "#lib/domain/refusal.ts";
import { planMoved } from "#lib/domain/request.ts";
import { riskOf } from "#lib/domain/risk.ts";
import type { Examined } from "#lib/judgement/examine.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import { type Answer, refusalsJson, refused, taken } from "../answer.ts";
import { proven } from "../passkeys/use.ts";
import type { Work } from "../run.ts";
import type { Asked } from "./authority.ts";
import { keepDecision } from "./keep-decision.ts";
import { awaitedAccepter, type Received, submissionOf } from "./signatures.ts";
import { moveRequest, standAfter } from "./stand.ts";

/** Where a received version stands once its plan is drawn and policy has spoken. */
export async function decided(work: Work, received: Received, examined: Examined): Promise<Decided> {
  const { request, version, before } = received;
  const { planDigest, decision } = examined;
  const planned = plannedColumns(received, examined);
  if (planDigest !== version.planDigest) {
    const detail = { sentence: planMoved };
    const why = { planDigest, shown: version.planDigest };
    const open = { stages: [], accepter: null, deadline: null };
    return {
      ok: await work.record(
        taken,
        await moveRequest(work, before, { ...planned, ...open, state: "resubmit", detail, why }),
      ),
    };
  }
  const about = { request: request.id, requestVersion: version.version };
  const kept = await keepDecision(work, { ...about, at: "receipt", examined });
  const forbidden = policyRefusals(decision);
  const signed = forbidden === null ? await submissionOf(work, received, examined) : { refusals: forbidden };
  if ("refusals" in signed) {
    const { refusals } = signed;
    if (before !== null) return { refusals };
    const why = { refusals: refusalsJson(refusals) };
    const entry = await moveRequest(work, before, { ...planned, state: "refused", detail: { refusals }, why });
    return { ok: await work.record(refused(...refusals), entry, kept) };
  }
  const accepter = await awaitedAccepter(work, received, examined);
  const awaited = { approval: decision.stages.length > 0, acceptance: accepter !== null };
  const stand = standAfter(awaited, figuresOf(examined.bundle), work.now);
  const stages = [...decision.stages];
  const entry = await moveRequest(work, before, {
    ...planned,
    ...stand,
    stages,
    accepter,
    ...{ assurance: decision.assurance, detail: {}, why: { planDigest } },
  });
  return { ok: await work.record(taken, ...proven(entry, signed.ok), kept) };
}

type Decided = { readonly ok: Recorded<Answer> } | { readonly refusals: Refusals };

function plannedColumns({ request, version }: Asked, { plan, planDigest, reach, facts }: Examined) {
  const risk = riskOf({ charter: version.charter, reach, similar: facts.similar });
  const about = { request: request.id, requestVersion: version.version };
  return { ...about, plan, planDigest, reach, risk: risk.points, riskParts: risk.parts };
}
