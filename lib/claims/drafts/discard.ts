import { deleteDraft } from "#db/store/claims.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type ClaimContext, runQuietly } from "../run.ts";

/** Throws one's own draft away. */
export const discard = (context: ClaimContext, input: { readonly id: string }): Promise<Outcome<null>> =>
  runQuietly(context, { action: "draft.discard", id: input.id }, async (tx) => {
    const gone = await deleteDraft(tx, { id: input.id, person: context.actor.id });
    return gone ? ok(null) : refuse({ code: "not-found", sentence: "There is no such draft." });
  });
