import { and, asc, eq, lte, sql } from "drizzle-orm";
import type { Queries, Tx } from "../client.ts";
import { attestations, questions } from "../schema/attestation.ts";
import { answers } from "../schema/claims.ts";

export type QuestionRow = typeof questions.$inferSelect;
export type NewQuestion = Omit<typeof questions.$inferInsert, "tenant" | "version">;
export type AnswerRow = typeof answers.$inferSelect;

export async function readQuestion(db: Queries, identity: string): Promise<QuestionRow | null> {
  const [row] = await db
    .select()
    .from(questions)
    .where(and(eq(questions.tenant, "main"), eq(questions.identity, identity)));
  return row ?? null;
}

/** A question, locked until the transaction ends: a second answer waits here and finds the next round. */
export async function lockQuestion(tx: Tx, identity: string): Promise<QuestionRow | null> {
  const [row] = await tx
    .select()
    .from(questions)
    .where(and(eq(questions.tenant, "main"), eq(questions.identity, identity)))
    .for("update");
  return row ?? null;
}

/** True when it is new; false when the identity has its question already. */
export async function insertQuestion(tx: Tx, row: NewQuestion): Promise<boolean> {
  const made = await tx.insert(questions).values(row).onConflictDoNothing().returning({ identity: questions.identity });
  return made.length === 1;
}

/** Changes a question; returns its new version. */
export async function updateQuestion(
  tx: Tx,
  identity: string,
  changes: Partial<Omit<NewQuestion, "identity">>,
): Promise<number> {
  const [row] = await tx
    .update(questions)
    .set({ ...changes, version: sql`${questions.version} + 1` })
    .where(and(eq(questions.tenant, "main"), eq(questions.identity, identity)))
    .returning({ version: questions.version });
  if (row === undefined) throw new Error("This identity has no question.");
  return row.version;
}

export const insertAttestation = (tx: Tx, row: Omit<typeof attestations.$inferInsert, "tenant" | "version">) =>
  tx.insert(attestations).values(row);

export async function readAnswer(db: Queries, id: string): Promise<AnswerRow | null> {
  const [row] = await db
    .select()
    .from(answers)
    .where(and(eq(answers.tenant, "main"), eq(answers.id, id)));
  return row ?? null;
}

/** What was shown with the answers given in one gesture. */
export const readBatch = (db: Queries, batch: string) =>
  db
    .select({ shown: answers.shown })
    .from(answers)
    .where(and(eq(answers.tenant, "main"), eq(answers.batch, batch)));

/** Questions whose next stage has come; soonest first. */
export const readMovingQuestions = (db: Queries, now: Date, limit: number) =>
  db
    .select({ identity: questions.identity })
    .from(questions)
    .where(and(eq(questions.tenant, "main"), lte(questions.movesAt, now)))
    .orderBy(asc(questions.movesAt))
    .limit(limit);

/** Identities that live and that nobody is planned to be asked about: from before there were questions, or back from their hold. */
export const readUnplanned = (db: Queries, limit: number) =>
  db.execute<{ id: string }>(sql`
    select i.id from charter.identities i
    where i.tenant = 'main' and i.state in ('live', 'suspended')
      and not exists (select 1 from charter.questions q
        where q.tenant = i.tenant and q.identity = i.id and (q.stage <> 'waiting' or q.moves_at is not null))
    order by i.id limit ${limit}`);

/** Questions whose last answer raised a request that has ended without effect. */
export const readUnfulfilled = (db: Queries, limit: number) =>
  db.execute<{ identity: string }>(sql`
    select q.identity from charter.questions q
    join charter.request_states s on s.tenant = q.tenant and s.request = q.request
    join charter.identities i on i.tenant = q.tenant and i.id = q.identity
    where q.tenant = 'main' and q.request is not null and i.state in ('live', 'suspended')
      and s.state in ('refused', 'denied', 'withdrawn', 'expired', 'failed')
    order by q.identity limit ${limit}`);
