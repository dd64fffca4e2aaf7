import { deleteView } from "#db/store/views.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type ClaimContext, runQuietly } from "../run.ts";

/** Deletes a view of one's own; whoever it was shared with has it no more. */
export const forgetView = (context: ClaimContext, { id }: { readonly id: string }): Promise<Outcome<null>> =>
  runQuietly(context, { action: "view.forget", id }, async (tx) =>
    (await deleteView(tx, { person: context.actor.id, id }))
      ? ok(null)
      : refuse({ code: "not-found", sentence: "There is no such view of yours." }),
  );
