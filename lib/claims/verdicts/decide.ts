import type { Tx } from "#db/client.ts";
import { readRequestInSight } from "#db/read/request-sight.ts";
import { insertVerdict } from "#db/store/claims.ts";
import { readVerdictOf, readVersion } from "#db/store/requests.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { mayReceiveVerdict } from "#lib/domain/request.ts";
import { type Assertion, sayAct } from "#lib/domain/signature.ts";
import { verdictAct } from "#lib/judgement/signed.ts";
import { changedSince, noSuchRequest } from "../refusals.ts";
import { readRemark } from "../remark.ts";
import type { ClaimContext } from "../run.ts";
import { gestureFor, runSigned, type ToSign } from "../signing.ts";
import { type Deciding, readMayDecide } from "./standing.ts";

/** One person's word on exactly the version and plan they saw. */
export interface VerdictInput {
  readonly request: string;
  readonly version: number;
  readonly planDigest: string;
  readonly stage: number;
  readonly verdict: "approve" | "deny";
  readonly reason: string;
  /** The gesture over exactly this, where the decision asks for one. */
  readonly assertion?: Assertion | undefined;
}

/**
 * Hands in a verdict; a second click is the same one. Refused to who lacks the stage's role, to everyone who asked for it,
 * on anything but the newest plan; a denial needs its reason. The worker checks all of it again before the verdict counts.
 */
export const decide = (context: ClaimContext, input: VerdictInput): Promise<Outcome<null | ToSign>> =>
  runSigned(context, { action: `verdict.${input.verdict}`, id: input.request }, async (tx) => {
    const { actor } = context;
    const found = await readRequestInSight(tx, actor, input.request);
    if (found === null || found.state === null) return noSuchRequest;
    const { request, state } = found;
    if (state.requestVersion !== input.version || state.planDigest !== input.planDigest) return changedSince;
    const given = { ...input, person: actor.id };
    const before = await readVerdictOf(tx, given);
    if (before !== null) return repeated(before, input);
    const open = mayReceiveVerdict(state.state);
    if ("refusals" in open) return open;
    const may = (await readMayDecide(tx, { request, state }, actor.id))(input.stage);
    if ("refusals" in may) return may;
    const reason = readRemark(input.reason, "reason", { min: input.verdict === "deny" ? 3 : 0, max: 2000 });
    if ("refusals" in reason) return reason;
    const signed = await signature(tx, context, { request, state, input });
    if ("refusals" in signed) return signed;
    const verdict = { ...given, reason: reason.ok, assertion: signed.ok, id: context.newId() };
    const fresh = await insertVerdict(tx, verdict);
    const first = fresh ? null : await readVerdictOf(tx, given);
    return first === null ? ok(null) : repeated(first, input);
  });

async function signature(tx: Tx, context: ClaimContext, { request, state, input }: Deciding & { input: VerdictInput }) {
  if (state.assurance === null) return ok(undefined);
  const version = await readVersion(tx, request.id, input.version);
  const act = verdictAct(input);
  const sentence = sayAct(act, version?.charter ?? { name: "it" });
  return gestureFor(tx, context, { act, sentence, assertion: input.assertion });
}

/** One verdict a person, stage and version: the first stands. */
const repeated = (first: Pick<VerdictInput, "verdict">, second: VerdictInput): Outcome<null> =>
  first.verdict === second.verdict ? ok(null) : refuse({ code: "conflict", sentence: "You have already decided." });
