import { readRequestInSight } from "#db/read/request-sight.ts";
import { insertAcceptance } from "#db/store/claims.ts";
import { readKnownPeople } from "#db/store/people.ts";
import { readAcceptances } from "#db/store/requests.ts";
import { mayAccept } from "#lib/domain/ownership.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { noSuchRequest } from "../refusals.ts";
import { type ClaimContext, runClaim } from "../run.ts";

export interface AcceptanceInput {
  readonly request: string;
  readonly version: number;
  readonly planDigest: string;
}

/** The owner-to-be accepts what they saw. A second click is the same acceptance. */
export const accept = (context: ClaimContext, input: AcceptanceInput): Promise<Outcome<null>> =>
  runClaim(context, { action: "acceptance.give", id: input.request }, async (tx) => {
    const { actor } = context;
    const found = await readRequestInSight(tx, actor, input.request);
    if (found === null || found.state === null) return noSuchRequest;
    const given = await readAcceptances(tx, input.request, input.version);
    if (given.some(({ person, planDigest }) => person === actor.id && planDigest === input.planDigest)) return ok(null);
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
    await insertAcceptance(tx, { request, version, planDigest, id: context.newId(), person: actor.id });
    return ok(null);
  });
