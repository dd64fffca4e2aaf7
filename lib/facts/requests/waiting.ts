import { lockIdentity } from "#db/store/identities.ts";
import { countMints, lockOpenIntents } from "#db/store/intents.ts";
import { approvalOf } from "#lib/domain/approval.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import type { Work } from "../run.ts";
import { approvalAsk } from "../verdicts/standing.ts";
import { phaseOf } from "./end-hold.ts";
import type { Release, Releasing } from "./releasing.ts";
import { type Stand, standAfter } from "./stand.ts";

const hourMs = 3_600_000;

/** Approvals that the bundle in force asks for and that were not given, or an acceptance still awaited; null when nothing is missing. */
export async function whatIsMissing(
  work: Work,
  { request, version, state, examined }: Releasing,
): Promise<Stand | null> {
  const { planDigest, decision, bundle } = examined;
  const ask = await approvalAsk(work, {
    request,
    version,
    stages: decision.stages,
    planDigest,
    deadline: null,
    looking: null,
  });
  const approval = approvalOf(ask).state !== "approved";
  const acceptance = state.accepter !== null;
  return approval || acceptance ? standAfter({ approval, acceptance }, figuresOf(bundle), work.now) : null;
}

export interface Wait {
  readonly sentence: string;
  readonly forMs: number;
}

/** Reasons to wait that pass by themselves: the cap on what one person may have made, another change that runs; null when there is none. */
export const whyWait = (work: Work, input: Release, releasing: Releasing): Promise<Wait | null> =>
  releasing.request.kind === "provision" ? whyCapped(work, input, releasing) : whyBusy(work, releasing);

/** One release at a time for a person on a target: the count and what is then committed belong together. */
async function whyCapped(work: Work, input: Release, { request, examined }: Releasing): Promise<Wait | null> {
  if (request.requester === null) return null;
  const { target } = examined.plan;
  const cap = input.mintsPerHour(target);
  const since = new Date(work.now.getTime() - hourMs);
  const made = await countMints(work.tx, { requester: request.requester, target, since });
  if (made < cap) return null;
  return { sentence: `It waits: ${cap} identities an hour on ${target} is the most for one person.`, forMs: 60_000 };
}

/** A renewal waits while a retirement still disables; it ends the hold after that. */
async function whyBusy(work: Work, { request, examined }: Releasing): Promise<Wait | null> {
  const { identity } = examined.plan;
  await lockIdentity(work.tx, identity);
  const busy = { sentence: "It waits until another change of this identity is done.", forMs: 30_000 };
  for (const intent of await lockOpenIntents(work.tx, identity)) {
    const endsIt = request.kind === "renew" && intent.kind === "retire";
    if (!endsIt || (await phaseOf(work, intent)) === "disabling") return busy;
  }
  return null;
}
