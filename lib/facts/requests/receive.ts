import { readKnownPeople } from "#db/store/people.ts";
import {
  insertDecision,
  lockState,
  type RequestRow,
  readAcceptances,
  readRequest,
  readVersion,
  type StateRow,
  type VersionRow,
} from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { digest } from "#lib/digest/digest.ts";
import type { Charter } from "#lib/domain/charter.ts";
import { readCharter, readOrigins } from "#lib/domain/read-charter.ts";
import { type Outcome, ok, type Refusals, refuse } from "#lib/domain/refusal.ts";
import { riskOf } from "#lib/domain/risk.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import { type Answer, refused, taken } from "../answer.ts";
import type { Command, Work } from "../run.ts";
import { whyNotAsked } from "./authority.ts";
import { type Examined, examine, type Installation } from "./examine.ts";
import { moveRequest, refusalsJson, refusalsOf, standAfter } from "./stand.ts";

export interface Receive {
  readonly request: string;
  readonly version: number;
  readonly installation: Installation;
}

interface Received {
  readonly request: RequestRow;
  readonly version: VersionRow;
  readonly before: StateRow | null;
}

/**
 * Takes one sealed version: checks who asks, reads the charter as claimed, draws the plan anew and asks policy. A first
 * version that may not be is kept as *refused*; a later one leaves the request where it stood. A plan that is no longer
 * what the requester saw goes back as *resubmit*. Receiving a version voids every verdict on those before it.
 */
export const receiveVersion: Command<Receive, Answer> = async (work, input) => {
  const request = await readRequest(work.tx, input.request);
  const version = await readVersion(work.tx, input.request, input.version);
  const before = await lockState(work.tx, input.request);
  if (request === null || version === null) return refuse({ code: "not-found", sentence: "There is no such request." });
  const asked = await whyNotAsked(work, { request, version, before });
  if (asked !== null) return { refusals: asked };
  const read = readSealed(version);
  const examined =
    "refusals" in read
      ? read
      : await examine(work, { request, version, charter: read.ok, installation: input.installation });
  const received = { request, version, before };
  if ("refusals" in examined) return refusedAtOnce(work, received, examined.refusals);
  return decided(work, received, examined.ok);
};

/** The charter exactly as it was sealed: digest over charter, origins and change. */
function readSealed({ charter, origins, change, digest: claimed }: VersionRow): Outcome<Charter> {
  const read = readCharter(charter);
  if ("refusals" in read) return read;
  const from = readOrigins(origins, read.ok);
  if ("refusals" in from) return from;
  if (digest({ charter, origins, change }) === claimed) return ok(read.ok);
  return refuse({
    code: "invalid",
    sentence: "This version is not what its fingerprint says.",
    mend: "Submit it again.",
  });
}

async function refusedAtOnce(work: Work, { request, version, before }: Received, refusals: Refusals) {
  if (before !== null) return { refusals };
  const state = {
    request: request.id,
    requestVersion: version.version,
    state: "refused" as const,
    detail: { refusals },
  };
  const entry = await moveRequest(work, null, state, { refusals: refusalsJson(refusals) });
  return { ok: await work.record(refused(...refusals), entry) };
}

async function decided(work: Work, received: Received, examined: Examined) {
  const { request, version, before } = received;
  const { plan, planDigest, reach, decision } = examined;
  const risk = riskOf({ charter: version.charter, reach, similar: examined.facts.similar });
  const planned = {
    request: request.id,
    requestVersion: version.version,
    plan,
    planDigest,
    reach,
    risk: risk.points,
    riskParts: risk.parts,
  };
  if (planDigest !== version.planDigest) {
    const sentence = "What would be made has changed since you looked.";
    const entry = await moveRequest(
      work,
      before,
      { ...planned, state: "resubmit", stages: [], accepter: null, deadline: null, detail: { sentence } },
      { planDigest, shown: version.planDigest },
    );
    return { ok: await work.record(taken, entry) };
  }
  const entries = await keepDecision(work, received, examined);
  if (decision.outcome === "refused" && before !== null) return { refusals: refusalsOf(decision) };
  if (decision.outcome === "refused") {
    const refusals = refusalsOf(decision);
    const entry = await moveRequest(
      work,
      before,
      { ...planned, state: "refused", detail: { refusals } },
      { refusals: refusalsJson(refusals) },
    );
    return { ok: await work.record(refused(...refusals), entry, entries) };
  }
  const accepter = await awaitedAccepter(work, received);
  const stand = standAfter(
    { approval: decision.stages.length > 0, acceptance: accepter !== null },
    figuresOf(examined.bundle),
    work.now,
  );
  const entry = await moveRequest(
    work,
    before,
    { ...planned, ...stand, stages: [...decision.stages], accepter, detail: {} },
    { planDigest },
  );
  return { ok: await work.record(taken, entry, entries) };
}

async function keepDecision(
  work: Work,
  { request, version }: Received,
  { facts, decision, planDigest }: Examined,
): Promise<Entry> {
  const id = work.newId();
  const about = { request: request.id, requestVersion: version.version };
  await insertDecision(work.tx, {
    id,
    ...about,
    at: "receipt",
    bundle: decision.bundle,
    input: facts,
    decision,
    decidedAt: work.now,
  });
  const detail = {
    ...about,
    outcome: decision.outcome,
    bundle: decision.bundle,
    planDigest,
    passedBy: decision.passedBy,
  };
  return { noun: "decision", id, version: 1, action: "decision.taken", detail };
}

/** Canonical id of the owner whose acceptance is still missing; null when it is given or not needed. */
async function awaitedAccepter(work: Work, { request, version }: Received): Promise<string | null> {
  if (request.kind !== "provision" && request.kind !== "transfer") return null;
  const { owner } = version.charter;
  const given = await readAcceptances(work.tx, request.id, version.version);
  const people = await readKnownPeople(
    work.tx,
    given.map(({ person }) => person),
  );
  const accepted = given.some(
    ({ person, planDigest }) =>
      planDigest === version.planDigest && people.get(person)?.person === owner && people.get(person)?.active,
  );
  return accepted ? null : owner;
}
