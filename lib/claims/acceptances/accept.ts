import { readRequestInSight } from "#db/read/request-sight.ts";
import { insertAcceptance } from "#db/store/claims.ts";
import { readKnownPeople } from "#db/store/people.ts";
import { readAcceptances, readVersion } from "#db/store/requests.ts";
import { mayAccept } from "#lib/domain/ownership.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { type Assertion, sayAct } from "#lib/domain/signature.ts";
import { acceptanceAct } from "#lib/judgement/signed.ts";
import { noSuchRequest } from "../refusals.ts";
import type { ClaimContext } from "../run.ts";
import { gestureFor, runSigned, type ToSign } from "../signing.ts";

export interface AcceptanceInput {
  readonly request: string;
  readonly version: number;
  readonly planDigest: string;
  /** The gesture over exactly this, where the decision asks for one. */
  readonly assertion?: Assertion | undefined;
}

/** The owner-to-be accepts what they saw. A second click is the same acceptance. */
export const accept = (context: ClaimContext, input: AcceptanceInput): Promise<Outcome<null | ToSign>> =>
  runSigned(context, { action: "acceptance.give", id: input.request }, async (tx) => {
    const { actor } = context;
    const found = await readRequestInSight(tx, actor, input.request);
    if (found === null || found.state === null) return noSuchRequest;
    const before = await readAcceptances(tx, input.request, input.version);
    if (before.some(({ person, planDigest }) => person === actor.id && planDigest === input.planDigest))
      return ok(null);
    const { state } = found;
    const known = await readKnownPeople(tx, [actor.id, ...(state.accepter === null ? [] : [state.accepter])]);
    const may = mayAccept({
      accepter: known.get(state.accepter ?? "")?.person ?? state.accepter,
      person: actor.id,
      active: known.get(actor.id)?.active ?? false,
      now: { version: state.requestVersion, planDigest: state.planDigest ?? "" },
      seen: input,
    });
    if ("refusals" in may) return may;
    const { request, version, planDigest } = input;
    const act = acceptanceAct(input);
    const charter = (await readVersion(tx, request, version))?.charter ?? { name: "it" };
    const wanted = { act, sentence: sayAct(act, charter), assertion: input.assertion };
    const signed = state.assurance === null ? ok(undefined) : await gestureFor(tx, context, wanted);
    if ("refusals" in signed) return signed;
    const given = { request, version, planDigest, assertion: signed.ok };
    await insertAcceptance(tx, { ...given, id: context.newId(), person: actor.id });
    return ok(null);
  });
