import { readKnownPeople } from "#db/store/people.ts";
import { readAcceptances } from "#db/store/requests.ts";
import type { Recorded } from "#lib/audit/entry.ts";
import { policyRefusals } from "#lib/domain/policy-refusals.ts";
import type { Refusals } from "#lib/domain/refusal.ts";
import { riskOf } from "#lib/domain/risk.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Examined } from "#lib/judgement/examine.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import { type Answer, refusalsJson, refused, taken } from "../answer.ts";
import type { Work } from "../run.ts";
import type { Asked } from "./authority.ts";
import { keepDecision } from "./keep-decision.ts";
import { moveRequest, standAfter } from "./stand.ts";

/** Where a received version stands once its plan is drawn and policy has spoken. */
export async function decided(work: Work, received: Asked, examined: Examined): Promise<Decided> {
  const { request, version, before } = received;
  const { planDigest, decision } = examined;
  const planned = plannedColumns(received, examined);
  if (planDigest !== version.planDigest) {
    const detail = { sentence: "What would be made has changed since you looked." };
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
  const refusals = policyRefusals(decision);
  if (refusals !== null) {
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
    detail: {},
    why: { planDigest },
  });
  return { ok: await work.record(taken, entry, kept) };
}

type Decided = { readonly ok: Recorded<Answer> } | { readonly refusals: Refusals };

function plannedColumns({ request, version }: Asked, { plan, planDigest, reach, facts }: Examined) {
  const risk = riskOf({ charter: version.charter, reach, similar: facts.similar });
  const about = { request: request.id, requestVersion: version.version };
  return { ...about, plan, planDigest, reach, risk: risk.points, riskParts: risk.parts };
}

/** The person who owns it, while their acceptance is still missing; null when it is given or not needed. Who owns it accepts what it may do more. */
async function awaitedAccepter(work: Work, { request, version }: Asked, { access }: Examined): Promise<string | null> {
  const adds = request.kind === "change-access" && access !== null && access.added.length > 0;
  if (request.kind !== "provision" && request.kind !== "transfer" && !adds) return null;
  const { owner: named } = version.charter;
  const given = await readAcceptances(work.tx, request.id, version.version);
  const people = await readKnownPeople(work.tx, [...given.map(({ person }) => person), ...[named].filter(isUuid)]);
  const owner = people.get(named)?.person ?? named;
  const accepted = given.some(
    ({ person, planDigest }) =>
      planDigest === version.planDigest && people.get(person)?.person === owner && people.get(person)?.active,
  );
  return accepted ? null : owner;
}
