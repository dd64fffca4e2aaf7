import { countViews, saveView } from "#db/store/views.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { mayKeepView, type View } from "#lib/domain/view.ts";
import { type ClaimContext, runQuietly } from "../run.ts";

/** Keeps a view for oneself, or shared with a team one is in; under an id of one's own it takes the place of the one before. */
export const keepView = (
  context: ClaimContext,
  { id, ...view }: View & { readonly id: string },
): Promise<Outcome<{ readonly id: string }>> =>
  runQuietly(context, { action: "view.keep", id }, async (tx) => {
    const { id: person, teams } = context.actor;
    const kept = mayKeepView({ view, teams, others: await countViews(tx, { person, but: id }) });
    if ("refusals" in kept) return kept;
    await saveView(tx, { person, id, view: kept.ok });
    return ok({ id });
  });
