import { lockIdentity } from "#db/store/identities.ts";
import { countReleased, lockOpenIntents } from "#db/store/intents.ts";
import { approvalOf } from "#lib/domain/approval.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import { meeting } from "#lib/domain/meeting.ts";
import { readApprovalAsk } from "#lib/judgement/approval-ask.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import type { Work } from "../run.ts";
import type { Caps, Release, Releasing } from "./releasing.ts";
import { type Stand, standAfter } from "./stand.ts";
import { phaseIn } from "./supersede.ts";

const hourMs = 3_600_000;

/** Approvals that the bundle in force asks for and that were not given, or an acceptance still awaited; null when nothing is missing. */
export async function whatIsMissing(
  work: Work,
  { installation }: Release,
  { request, version, state, examined }: Releasing,
): Promise<Stand | null> {
  const { planDigest, decision, bundle } = examined;
  const { ask } = await readApprovalAsk(work, {
    request,
    version,
    stages: decision.stages,
    planDigest,
    deadline: null,
    ...{ assurance: decision.assurance, installation, looking: null },
  });
  const approval = approvalOf(ask).state !== "approved";
  const acceptance = state.accepter !== null;
  return approval || acceptance ? standAfter({ approval, acceptance }, figuresOf(bundle), work.now) : null;
}

export interface Wait {
  readonly sentence: string;
  readonly forMs: number;
}

/**
 * Reasons to wait that pass by themselves: a cap on what one person has done in an hour, another change that runs, an end that a
 * clock set back has put ahead again; null when there is none.
 */
export const whyWait = async (work: Work, input: Release, releasing: Releasing): Promise<Wait | null> =>
  (await whyEarly(work, releasing)) ??
  (await whyCapped(work, input, releasing)) ??
  (releasing.request.kind === "provision" ? null : whyBusy(work, releasing));

/** A retirement that was asked for because its end had passed, by a clock that was ahead. A renewal since then is not its matter. */
async function whyEarly(work: Work, { request, version }: Releasing): Promise<Wait | null> {
  if (request.requester !== null || request.identity === null || version.change.reason !== "expired") return null;
  const identity = await lockIdentity(work.tx, request.identity);
  if (identity === null || identity.endsAt <= work.now) return null;
  if (identity.charter.endsAt !== version.charter.endsAt) return null;
  return { sentence: "It waits: by the clock its end has not come yet.", forMs: 60_000 };
}

/** What counts together against one cap, in words. */
const capped: readonly { readonly kinds: readonly RequestKind[]; readonly cap: keyof Caps; readonly what: string }[] = [
  { kinds: ["provision", "rotate"], cap: "mintsPerHour", what: "identities and new credentials" },
  {
    kinds: ["suspend", "retire", "change-access"],
    cap: "disablesPerHour",
    what: "suspensions, retirements and changes of access that only take away",
  },
];

/** One release at a time for a person on a target: the count and what is then committed belong together. */
async function whyCapped(work: Work, input: Release, { request, examined }: Releasing): Promise<Wait | null> {
  const one = capped.find(({ kinds }) => kinds.includes(request.kind));
  const adds = request.kind === "change-access" && Number(examined.plan.change.added) > 0;
  if (request.requester === null || one === undefined || adds) return null;
  const { target } = examined.plan;
  const cap = input.caps(target)[one.cap];
  const since = new Date(work.now.getTime() - hourMs);
  const made = await countReleased(work.tx, { kinds: one.kinds, requester: request.requester, target, since });
  if (made < cap) return null;
  return { sentence: `It waits: ${cap} ${one.what} an hour on ${target} is the most for one person.`, forMs: 60_000 };
}

/** What it meets on its identity and must wait for. */
async function whyBusy(work: Work, { request, examined }: Releasing): Promise<Wait | null> {
  const { identity } = examined.plan;
  await lockIdentity(work.tx, identity);
  const disables = request.kind === "suspend" || request.kind === "retire";
  const busy = disables
    ? { sentence: "It waits for a step of another change that is just being tried.", forMs: 2_000 }
    : { sentence: "It waits until another change of this identity is done.", forMs: 30_000 };
  for (const other of await lockOpenIntents(work.tx, identity)) {
    const phase = await phaseIn(work, other);
    if (meeting(request.kind, { kind: other.kind, phase }) === "waits") return busy;
  }
  return null;
}
