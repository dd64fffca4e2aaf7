import { readRequestInSight } from "#db/read/request-sight.ts";
import { readStuckRequest } from "#db/read/stuck.ts";
import { insertAsk } from "#db/store/claims.ts";
import { readIdentity } from "#db/store/identities.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { mayTakeBack } from "#lib/domain/request.ts";
import { noSuchRequest } from "../refusals.ts";
import { type ClaimContext, runClaim } from "../run.ts";

/** Asks that a stuck provisioning be taken back, everything that it made removed. Its requester, its owner, operator or security. */
export const takeBack = (context: ClaimContext, input: { readonly request: string }): Promise<Outcome<null>> =>
  runClaim(context, { action: "request.take-back", id: input.request }, async (tx) => {
    const { actor } = context;
    const found = await readRequestInSight(tx, actor, input.request);
    if (found === null) return noSuchRequest;
    const { kind, requester, identity, id } = found.request;
    const owner = (await readIdentity(tx, identity ?? id))?.owner ?? null;
    const now = await readStuckRequest(tx, id);
    const may = mayTakeBack({ kind, ...now, behind: [requester, owner], asker: actor });
    if ("refusals" in may) return may;
    await insertAsk(tx, { id: context.newId(), kind: "take-back", subject: id, person: actor.id });
    return ok(null);
  });
