import { deleteDraft } from "#db/store/claims.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type ClaimContext, readOnlySession } from "../run.ts";

/** Throws one's own draft away. */
export async function discard(context: ClaimContext, input: { readonly id: string }): Promise<Outcome<null>> {
  if (context.actor.readOnly) return readOnlySession;
  const gone = await deleteDraft(context.db, { id: input.id, person: context.actor.id });
  return gone ? ok(null) : refuse({ code: "not-found", sentence: "There is no such draft." });
}
