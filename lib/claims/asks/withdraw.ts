import { readRequestInSight } from "#db/read/request-sight.ts";
import { insertAsk } from "#db/store/claims.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { mayWithdraw } from "#lib/domain/request.ts";
import { noSuchRequest } from "../refusals.ts";
import { type ClaimContext, runClaim } from "../run.ts";

/** The requester takes a request back, while nothing has been made for it. A second click is the same ask. */
export const withdraw = (context: ClaimContext, input: { readonly request: string }): Promise<Outcome<null>> =>
  runClaim(context, { action: "request.withdraw", id: input.request }, async (tx) => {
    const { actor } = context;
    const found = await readRequestInSight(tx, actor, input.request);
    if (found === null) return noSuchRequest;
    const state = found.state?.state ?? "received";
    const mine = found.request.requester === actor.id;
    if (mine && state === "withdrawn") return ok(null);
    const may = mayWithdraw({ state, requester: found.request.requester, person: actor.id });
    if ("refusals" in may) return may;
    await insertAsk(tx, { id: context.newId(), kind: "withdraw", subject: input.request, person: actor.id });
    return ok(null);
  });
