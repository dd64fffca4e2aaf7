import type { Db, Tx } from "#db/client.ts";
import { notify } from "#db/notify.ts";
import { appendDenied } from "#db/store/audit.ts";
import type { Actor } from "#lib/domain/actor.ts";
import type { Outcome, Refusals } from "#lib/domain/refusal.ts";
import { readOnlySession } from "./refusals.ts";

/** Who asks, through which database role, and when. Made once per request by the web's context. */
export interface ClaimContext {
  readonly db: Db;
  readonly actor: Actor;
  /** The web's clock, for what is not audited. Whatever a deadline hangs on reads the database's. */
  readonly now: Date;
  readonly newId: () => string;
  /** Set by who runs several claims as one and records what of them was denied in one entry. */
  readonly recordsDenied?: false;
}

/** What is attempted, as the entry of a refusal names it: `request.submit` and the id it concerns. */
export interface Attempt {
  readonly action: `${string}.${string}`;
  readonly id: string;
}

/**
 * Runs one claim: its rows in one transaction, then a hint to the workers. A refusal writes no row; one of authority
 * (`forbidden`, `not-found`) leaves a denied entry in a second statement.
 */
export async function runClaim<T>(
  context: ClaimContext,
  attempt: Attempt,
  claim: (tx: Tx) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const outcome = await runQuietly(context, attempt, claim);
  if ("ok" in outcome) notify(context.db.$client, "claims");
  return outcome;
}

/** As `runClaim`, for what no worker looks at: drafts. */
export async function runQuietly<T>(
  context: ClaimContext,
  attempt: Attempt,
  claim: (tx: Tx) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const outcome = context.actor.readOnly ? readOnlySession : await committed(context.db, claim);
  if ("refusals" in outcome && context.recordsDenied !== false) await recordDenied(context, attempt, outcome.refusals);
  return outcome;
}

/** Leaves a denied entry when a refusal is one of authority; what cannot be read safely is told as `?`. */
export async function recordDenied({ db, actor }: ClaimContext, attempt: Attempt, refusals: Refusals): Promise<void> {
  if (!isDenied(refusals)) return;
  const attempted = `${attempt.action} ${attempt.id}`.slice(0, 120).replace(/[^\x20-\x7e]/g, "?");
  await appendDenied(db, { actor: actor.id, attempted, refusals });
}

/** One entry for all of several that were denied, however many: what was refused, and of which ids. */
export async function recordDeniedOfSeveral(
  { db, actor }: ClaimContext,
  attempted: `${string}.${string}`,
  refused: readonly { readonly identity: string; readonly refusals: Refusals }[],
): Promise<void> {
  const denied = refused.filter(({ refusals }) => isDenied(refusals));
  if (denied.length === 0) return;
  const sentences = new Map(denied.flatMap(({ refusals }) => refusals.map((one) => [one.sentence, one])));
  await appendDenied(db, {
    ...{ actor: actor.id, attempted: `${attempted} ${denied.length} together`, refusals: [...sentences.values()] },
    of: denied.map(({ identity }) => identity),
  });
}

const isDenied = (refusals: Refusals): boolean =>
  refusals.some(({ code }) => code === "forbidden" || code === "not-found");

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
