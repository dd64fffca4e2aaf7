import type { Db, Tx } from "#db/client.ts";
import { notify } from "#db/notify.ts";
import { appendDenied } from "#db/store/audit.ts";
import type { Actor } from "#lib/domain/actor.ts";
import { type Outcome, type Refusals, refuse } from "#lib/domain/refusal.ts";

/** Who asks, through which database role, and when. Made once per request by the web's context. */
export interface ClaimContext {
  readonly db: Db;
  readonly actor: Actor;
  readonly now: Date;
  readonly newId: () => string;
}

/** What is attempted, as the entry of a refusal names it: `request.submit` and the id it concerns. */
export interface Attempt {
  readonly action: `${string}.${string}`;
  readonly id: string;
}

/** Words for every attempt made in a session that no worker has verified. */
export const readOnlySession = refuse({
  code: "forbidden",
  sentence: "You are signed in for reading only, because no worker could verify your sign-in.",
  mend: "Sign in again once the worker runs.",
});

/**
 * Runs one claim: its rows in one transaction, then a hint to the workers. A refusal writes no row; one of authority
 * (`forbidden`, `not-found`) leaves a denied entry in a second statement.
 */
export async function runClaim<T>(
  context: ClaimContext,
  attempt: Attempt,
  claim: (tx: Tx) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const outcome = context.actor.readOnly ? readOnlySession : await committed(context.db, claim);
  if ("ok" in outcome) notify(context.db.$client, "claims");
  else if (isOfAuthority(outcome.refusals)) {
    const attempted = `${attempt.action} ${attempt.id}`;
    await appendDenied(context.db, { actor: context.actor.id, attempted, refusals: outcome.refusals });
  }
  return outcome;
}

class Undo extends Error {
  readonly refusals: Refusals;
  constructor(refusals: Refusals) {
    super("refused");
    this.refusals = refusals;
  }
}

async function committed<T>(db: Db, claim: (tx: Tx) => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await db.transaction(async (tx) => {
      const outcome = await claim(tx);
      if ("refusals" in outcome) throw new Undo(outcome.refusals);
      return outcome;
    });
  } catch (error) {
    if (error instanceof Undo) return { refusals: error.refusals };
    throw error;
  }
}

const isOfAuthority = (refusals: Refusals): boolean =>
  refusals.some(({ code }) => code === "forbidden" || code === "not-found");
