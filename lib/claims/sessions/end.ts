import { endSession } from "#db/store/claims.ts";
import { readLoginsOf } from "#db/store/people.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type ClaimContext, recordDenied } from "../run.ts";

/** Ends one of one's own sessions, in a session for reading only too. The database writes its entry. */
export async function endOwnSession(context: ClaimContext, input: { readonly id: string }): Promise<Outcome<null>> {
  for (const login of await readLoginsOf(context.db, context.actor.id)) {
    if (await endSession(context.db, { id: input.id, person: login.id })) return ok(null);
  }
  const { refusals } = refuse({ code: "not-found", sentence: "This session is not open, or not yours." });
  await recordDenied(context, { action: "session.end", id: input.id }, refusals);
  return { refusals };
}
