import { readIdentityInSight } from "#db/read/identity-sight.ts";
import { insertAsk } from "#db/store/claims.ts";
import { readHeldCredentials } from "#db/store/identities.ts";
import { mayEndOverlap } from "#lib/domain/ownership.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type ClaimContext, runClaim } from "../run.ts";

/** Asks that the older credential of a rotation end now instead of after its overlap. Owner, backup, security. */
export const endOverlap = (context: ClaimContext, input: { readonly identity: string }): Promise<Outcome<null>> =>
  runClaim(context, { action: "identity.end-overlap", id: input.identity }, async (tx) => {
    const { actor } = context;
    const identity = await readIdentityInSight(tx, actor, input.identity);
    if (identity === null) return refuse({ code: "not-found", sentence: "There is no such identity." });
    const { id, owner, charter, endsIt, state } = identity;
    const held = await readHeldCredentials(tx, id);
    const may = mayEndOverlap({
      behind: { owner, backup: charter.backup, endsIt, state },
      asker: actor,
      kept: held.some(({ keptUntil }) => keptUntil !== null),
    });
    if ("refusals" in may) return may;
    await insertAsk(tx, { id: context.newId(), kind: "end-overlap", subject: id, person: actor.id });
    return ok(null);
  });
