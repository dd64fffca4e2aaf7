import { readRequestInSight } from "#db/read/request-in-sight.ts";
import { insertAcceptance } from "#db/store/claims.ts";
import { mayAccept } from "#lib/domain/ownership.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
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
    if (found === null || found.state === null)
      return refuse({ code: "not-found", sentence: "There is no such request." });
    const { state } = found;
    const may = mayAccept({
      accepter: state.accepter,
      person: actor.id,
      active: true,
      now: { version: state.requestVersion, planDigest: state.planDigest ?? "" },
      seen: input,
    });
    if ("refusals" in may) return may;
    await insertAcceptance(tx, { ...input, id: context.newId(), person: actor.id });
    return ok(null);
  });
