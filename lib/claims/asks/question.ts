import type { Tx } from "#db/client.ts";
import { readIdentityInSight } from "#db/read/identity-sight.ts";
import { readQuestion } from "#db/store/attestations.ts";
import { insertAsk } from "#db/store/claims.ts";
import { mayAskEarly } from "#lib/domain/attestation.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type ClaimContext, runClaim } from "../run.ts";

interface About {
  readonly identity: string;
}

/** Asks that an owner be asked now whether their identity is still needed. Owner, backup, security. */
export const askOwner = (context: ClaimContext, input: About): Promise<Outcome<null>> =>
  runClaim(context, { action: "question.ask", id: input.identity }, async (tx) => {
    const may = await mayAskOwner(tx, context, input);
    if ("refusals" in may) return may;
    const { id: person } = context.actor;
    await insertAsk(tx, { id: context.newId(), kind: "question", subject: input.identity, person });
    return ok(null);
  });

/** Whether its owner may be asked now, and who that is. Reads, writes nothing. */
export async function mayAskOwner(
  tx: Tx,
  { actor }: ClaimContext,
  input: About,
): Promise<Outcome<{ readonly owner: string }>> {
  const identity = await readIdentityInSight(tx, actor, input.identity);
  if (identity === null) return refuse({ code: "not-found", sentence: "There is no such identity." });
  const { owner, charter, endsIt, state } = identity;
  const stage = (await readQuestion(tx, identity.id))?.stage ?? null;
  const may = mayAskEarly({ behind: { owner, backup: charter.backup, endsIt, state }, asker: actor, stage });
  return "refusals" in may ? may : ok({ owner });
}
