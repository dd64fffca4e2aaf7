import { readViews } from "#db/read/views.ts";
import { saveDefaultView } from "#db/store/views.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type ClaimContext, runQuietly } from "../run.ts";

/** Chooses the view that the inventory opens with, among those one sees; null for all identities. */
export const openWith = (context: ClaimContext, { view }: { readonly view: string | null }): Promise<Outcome<null>> =>
  runQuietly(context, { action: "view.open-with", id: view ?? "all" }, async (tx) => {
    const seen = await readViews(tx, context.actor);
    if (view !== null && !seen.some(({ id }) => id === view))
      return refuse({ code: "not-found", sentence: "There is no such view." });
    await saveDefaultView(tx, { person: context.actor.id, view });
    return ok(null);
  });
