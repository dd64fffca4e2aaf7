import { and, asc, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Decision } from "#lib/domain/decision.ts";
import type { Queries } from "../client.ts";
import { acceptances, comments, verdicts } from "../schema/claims.ts";
import { credentials } from "../schema/inventory.ts";
import { decisions, intents, outcomes, steps } from "../schema/progress.ts";

/** What became of a request so far: decisions, verdicts, acceptances, comments, its intent's steps, its credentials. */
export async function readProgress(db: Queries, id: string) {
  const [decided, given, accepted, said, intent, issued] = await Promise.all([
    readDecisions(db, id),
    readVerdicts(db, id),
    readAcceptances(db, id),
    readComments(db, id),
    readIntent(db, id),
    readCredentials(db, id),
  ]);
  return { decisions: decided, verdicts: given, acceptances: accepted, comments: said, intent, credentials: issued };
}

/** Newest first. The stored decision is the engine's `Decision`, word for word. */
async function readDecisions(db: Queries, id: string) {
  const rows = await db
    .select({
      ...getTableColumns(decisions),
      activatedBy: sql<readonly string[]>`coalesce((select b.activated_by from charter.bundles b
        where b.tenant = 'main' and b.digest = charter.decisions.bundle and b.activated_at <= charter.decisions.decided_at
        order by b.activation desc limit 1), '[]')`,
    })
    .from(decisions)
    .where(and(eq(decisions.tenant, "main"), eq(decisions.request, id)))
    .orderBy(desc(decisions.decidedAt));
  return rows.map((row) => ({
    id: row.id,
    version: row.requestVersion,
    at: row.at,
    bundle: row.bundle,
    /** In whose names the deciding bundle was activated: approvers of record of what passes on its own. */
    activatedBy: row.activatedBy,
    decidedAt: row.decidedAt,
    decision: row.decision as unknown as Decision,
  }));
}

const outcomeOf = (claim: string, table: { readonly tenant: unknown; readonly id: unknown }): SQL | undefined =>
  and(
    sql`${outcomes.tenant} = ${table.tenant}`,
    sql`${outcomes.claim} = ${claim}`,
    sql`${outcomes.subject} = ${table.id}::text`,
  );

/** With what the worker made of each; a verdict it did not take carries its reason. */
const readVerdicts = (db: Queries, id: string) =>
  db
    .select({
      id: verdicts.id,
      version: verdicts.version,
      stage: verdicts.stage,
      person: verdicts.person,
      verdict: verdicts.verdict,
      reason: verdicts.reason,
      receivedAt: verdicts.receivedAt,
      result: outcomes.result,
      refusals: outcomes.refusals,
    })
    .from(verdicts)
    .leftJoin(outcomes, outcomeOf("verdicts", verdicts))
    .where(and(eq(verdicts.tenant, "main"), eq(verdicts.request, id)))
    .orderBy(asc(verdicts.receivedAt));

const readAcceptances = (db: Queries, id: string) =>
  db
    .select({
      version: acceptances.version,
      person: acceptances.person,
      receivedAt: acceptances.receivedAt,
      result: outcomes.result,
    })
    .from(acceptances)
    .leftJoin(outcomes, outcomeOf("acceptances", acceptances))
    .where(and(eq(acceptances.tenant, "main"), eq(acceptances.request, id)))
    .orderBy(asc(acceptances.receivedAt));

const readComments = (db: Queries, id: string) =>
  db
    .select({
      id: comments.id,
      version: comments.version,
      person: comments.person,
      text: comments.text,
      proposal: comments.proposal,
      receivedAt: comments.receivedAt,
    })
    .from(comments)
    .where(and(eq(comments.tenant, "main"), eq(comments.request, id)))
    .orderBy(asc(comments.receivedAt))
    .limit(500);

/** The newest intent and its steps in order; facts stay out (they are the worker's working notes). */
async function readIntent(db: Queries, id: string) {
  const [intent] = await db
    .select({ id: intents.id, state: intents.state, createdAt: intents.createdAt, finishedAt: intents.finishedAt })
    .from(intents)
    .where(and(eq(intents.tenant, "main"), eq(intents.request, id)))
    .orderBy(desc(intents.createdAt))
    .limit(1);
  if (intent === undefined) return null;
  const rows = await db
    .select({
      id: steps.id,
      ordinal: steps.ordinal,
      title: steps.title,
      target: steps.target,
      state: steps.state,
      undoing: steps.undoing,
      attempts: steps.attempts,
      stuckAt: steps.stuckAt,
      dueAt: steps.dueAt,
      fault: steps.fault,
      evidence: steps.evidence,
      startedAt: steps.startedAt,
      finishedAt: steps.finishedAt,
    })
    .from(steps)
    .where(and(eq(steps.tenant, "main"), eq(steps.intent, intent.id)))
    .orderBy(asc(steps.ordinal));
  return { ...intent, steps: rows };
}
export type Progress = Awaited<ReturnType<typeof readProgress>>;
export type StepRow = NonNullable<Progress["intent"]>["steps"][number];

/** Metadata of what was issued for the identity this request founded or concerns. */
const readCredentials = (db: Queries, id: string) =>
  db
    .select({
      externalId: credentials.externalId,
      vault: credentials.vault,
      mount: credentials.mount,
      path: credentials.path,
      vaultVersion: credentials.vaultVersion,
      state: credentials.state,
      issuedAt: credentials.issuedAt,
      endsAt: credentials.endsAt,
    })
    .from(credentials)
    .innerJoin(intents, and(eq(intents.tenant, credentials.tenant), eq(intents.id, credentials.intent)))
    .where(and(eq(credentials.tenant, "main"), eq(intents.request, id)))
    .orderBy(desc(credentials.issuedAt));
