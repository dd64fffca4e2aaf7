import {
  lockState,
  type RequestRow,
  readRequest,
  readVersion,
  type StateRow,
  type VersionRow,
} from "#db/store/requests.ts";
import type { Entry, Recorded } from "#lib/audit/entry.ts";
import { planDiff } from "#lib/domain/diff.ts";
import { judgedAt } from "#lib/domain/instant.ts";
import { policyRefusals } from "#lib/domain/policy-refusals.ts";
import { readCharter } from "#lib/domain/read-charter.ts";
import { type Outcome, type Refusals, refuse } from "#lib/domain/refusal.ts";
import { type Examined, examine } from "#lib/judgement/examine.ts";
import { refusalsJson } from "../answer.ts";
import type { Command, Work } from "../run.ts";
import { whyNotAnyMore } from "./authority.ts";
import { commit } from "./commit.ts";
import { keepDecision } from "./keep-decision.ts";
import type { Release, Released, Releasing } from "./releasing.ts";
import { whyUnsigned } from "./signatures.ts";
import { moveRequest } from "./stand.ts";
import { whatIsMissing, whyWait } from "./waiting.ts";

/**
 * Releases one approved request in one transaction: plan drawn anew and equal, policy in force asked again, verdicts and
 * acceptance counted again, caps kept; then intent, steps, identity and state. Whatever no longer holds sends the request
 * back instead. Refuses a request that is not approved.
 */
export const release: Command<Release, Released> = async (work, input) => {
  const state = await lockState(work.tx, input.request);
  const request = await readRequest(work.tx, input.request);
  const version = state === null ? null : await readVersion(work.tx, input.request, state.requestVersion);
  if (state === null || request === null || version === null || state.state !== "approved") {
    return refuse({ code: "conflict", sentence: "This request is not approved." });
  }
  const examined = await examinedAgain(work, input, { request, version });
  if ("refusals" in examined || examined.ok.planDigest !== state.planDigest)
    return resubmitted(work, state, { examined });
  return judged(work, input, { request, version, state, examined: examined.ok });
};

type Ended = Promise<{ readonly ok: Recorded<Released> } | { readonly refusals: Refusals }>;

async function examinedAgain(
  work: Work,
  { installation }: Release,
  sealed: { readonly request: RequestRow; readonly version: VersionRow },
): Promise<Outcome<Examined>> {
  const late = await whyNotAnyMore(work, sealed);
  if (late !== null) return { refusals: late };
  const charter = readCharter(sealed.version.charter);
  if ("refusals" in charter) return charter;
  const received = [sealed.request.receivedAt, sealed.version.receivedAt];
  const reading = { tx: work.tx, now: judgedAt(received, work.now) };
  return examine(reading, { ...sealed, charter: charter.ok, installation });
}

interface Again {
  readonly examined: Outcome<Examined>;
  readonly kept?: readonly Entry[];
}

/** What would be made is not what was approved: its verdicts are void, and the requester sees what changed. */
async function resubmitted(work: Work, state: StateRow, { examined, kept = [] }: Again): Ended {
  const refusals = "refusals" in examined ? examined.refusals : [];
  const sentence = refusals[0]?.sentence ?? `Since it was approved, this has changed: ${changedIn(state, examined)}.`;
  const why = { approved: state.planDigest, now: "ok" in examined ? examined.ok.planDigest : null };
  const about = { request: state.request, requestVersion: state.requestVersion, detail: { sentence, refusals }, why };
  const entry = await moveRequest(work, state, {
    ...about,
    state: "resubmit",
    deadline: null,
    accepter: null,
    assurance: null,
    stages: [],
  });
  return { ok: await work.record("moved", entry, ...kept) };
}

/** What differs from the approved plan, as screens name it. */
function changedIn({ plan }: StateRow, examined: Outcome<Examined>): string {
  const differences = plan === null || "refusals" in examined ? [] : planDiff(plan, examined.ok.plan);
  const names = [...new Set(differences.map(({ label }) => label))];
  return names.length === 0 ? "what would be made" : names.join(", ");
}

async function judged(work: Work, input: Release, releasing: Releasing): Ended {
  const { request, version, state, examined } = releasing;
  const { decision, planDigest } = examined;
  const about = { request: request.id, requestVersion: version.version };
  const kept = await keepDecision(work, { ...about, at: "release", examined });
  const bundles = { planDigest, bundle: decision.bundle };
  const refusals = policyRefusals(decision);
  if (refusals !== null) {
    const why = { ...bundles, refusals: refusalsJson(refusals) };
    const ended = { state: "refused", deadline: null, accepter: null, detail: { refusals } } as const;
    return { ok: await work.record("moved", await moveRequest(work, state, { ...about, ...ended, why }), kept) };
  }
  const unsigned = await whyUnsigned(work, input.installation, releasing);
  if (unsigned !== null) {
    const refusals: Refusals = [
      { code: "conflict", sentence: unsigned, mend: "Submit it again; it is then decided with passkeys." },
    ];
    return resubmitted(work, state, { examined: { refusals }, kept: [kept] });
  }
  const back = await whatIsMissing(work, input, releasing);
  if (back !== null) {
    const to = { ...about, ...back, stages: [...decision.stages], assurance: decision.assurance, why: bundles };
    return { ok: await work.record("moved", await moveRequest(work, state, to), kept) };
  }
  const wait = await whyWait(work, input, releasing);
  if (wait === null) return commit(work, input, { ...releasing, kept });
  const deadline = new Date(work.now.getTime() + wait.forMs);
  const detail = { sentence: wait.sentence };
  const entry = await moveRequest(work, state, { ...about, state: "approved", deadline, detail, why: detail });
  return { ok: await work.record("waits", entry, kept) };
}
