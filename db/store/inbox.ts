import { and, asc, eq, exists, notInArray, sql } from "drizzle-orm";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { Queries, Tx } from "../client.ts";
import type { ClaimNoun } from "../schema/claims.ts";
import { inbox, outcomes } from "../schema/progress.ts";

export interface InboxRow {
  readonly seq: number;
  readonly claim: ClaimNoun;
  readonly subject: string;
}

/** The oldest claims that nobody has taken, leaving out those this worker puts off. Not locked: taking one is `lockInbox`. */
export const readInbox = (db: Queries, limit: number, putOff: readonly number[]): Promise<InboxRow[]> =>
  db
    .select({ seq: inbox.seq, claim: inbox.claim, subject: inbox.subject })
    .from(inbox)
    .where(and(eq(inbox.tenant, "main"), notInArray(inbox.seq, [...putOff])))
    .orderBy(asc(inbox.seq))
    .limit(limit);

/** Locks a claim's inbox row; false when another worker holds or took it, or when the claim was answered in an earlier delivery. */
export async function lockInbox(tx: Tx, { seq, claim, subject }: InboxRow): Promise<boolean> {
  const [row] = await tx
    .select({ seq: inbox.seq })
    .from(inbox)
    .where(and(eq(inbox.tenant, "main"), eq(inbox.seq, seq)))
    .for("update", { skipLocked: true });
  return row !== undefined && (await readOutcome(tx, claim, subject)) === null;
}

/** Takes a second delivery of a claim that was answered out of the inbox; what was answered stays. */
export async function dropAnswered(db: Queries, { seq, claim, subject }: InboxRow): Promise<void> {
  const answered = db
    .select({ one: sql`1` })
    .from(outcomes)
    .where(and(eq(outcomes.tenant, "main"), eq(outcomes.claim, claim), eq(outcomes.subject, subject)));
  await db.delete(inbox).where(and(eq(inbox.tenant, "main"), eq(inbox.seq, seq), exists(answered)));
}

export interface OutcomeRow {
  readonly claim: ClaimNoun;
  readonly subject: string;
  readonly result: "taken" | "refused" | "superseded";
  readonly refusals: readonly Refusal[];
  readonly at: Date;
}

/**
 * Empties the inbox of a claim and says what became of it, in the transaction that takes it. A claim is answered once: false when
 * another delivery of it was answered meanwhile, and then nothing of this transaction may stay.
 */
export async function settleInbox(tx: Tx, seq: number, outcome: OutcomeRow): Promise<boolean> {
  const [, answered] = await Promise.all([
    tx.delete(inbox).where(and(eq(inbox.tenant, "main"), eq(inbox.seq, seq))),
    tx.insert(outcomes).values(outcome).onConflictDoNothing().returning({ subject: outcomes.subject }),
  ]);
  return answered.length === 1;
}

/** What became of a claim; null while no worker has taken it. */
export async function readOutcome(db: Queries, claim: ClaimNoun, subject: string) {
  const [row] = await db
    .select({ result: outcomes.result, refusals: outcomes.refusals, at: outcomes.at })
    .from(outcomes)
    .where(and(eq(outcomes.tenant, "main"), eq(outcomes.claim, claim), eq(outcomes.subject, subject)));
  return row ?? null;
}
