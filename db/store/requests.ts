import { and, asc, desc, eq, inArray, isNotNull, lte, ne, notInArray, sql } from "drizzle-orm";
import type { RequestKind } from "#lib/domain/charter.ts";
import { mayBecome, settledStates } from "#lib/domain/request.ts";
import type { Queries, Tx } from "../client.ts";
import { acceptances, asks, comments, requests, requestVersions, verdicts } from "../schema/claims.ts";
import { decisions, outcomes, requestStates } from "../schema/progress.ts";

export type RequestRow = typeof requests.$inferSelect;
export type VersionRow = typeof requestVersions.$inferSelect;
export type StateRow = typeof requestStates.$inferSelect;
export type VerdictRow = typeof verdicts.$inferSelect;
export type AskRow = typeof asks.$inferSelect;
export type AcceptanceRow = typeof acceptances.$inferSelect;

export async function readRequest(db: Queries, id: string): Promise<RequestRow | null> {
  const [row] = await db
    .select()
    .from(requests)
    .where(and(eq(requests.tenant, "main"), eq(requests.id, id)));
  return row ?? null;
}

export async function readVersion(db: Queries, request: string, version: number): Promise<VersionRow | null> {
  const [row] = await db
    .select()
    .from(requestVersions)
    .where(
      and(
        eq(requestVersions.tenant, "main"),
        eq(requestVersions.request, request),
        eq(requestVersions.version, version),
      ),
    );
  return row ?? null;
}

/** The newest version that was claimed, taken by a worker or not. */
export async function readLatestVersion(db: Queries, request: string): Promise<VersionRow | null> {
  const [row] = await db
    .select()
    .from(requestVersions)
    .where(and(eq(requestVersions.tenant, "main"), eq(requestVersions.request, request)))
    .orderBy(desc(requestVersions.version))
    .limit(1);
  return row ?? null;
}

export async function readState(db: Queries, request: string): Promise<StateRow | null> {
  const [row] = await db
    .select()
    .from(requestStates)
    .where(and(eq(requestStates.tenant, "main"), eq(requestStates.request, request)));
  return row ?? null;
}

/**
 * A request's state, locked until the transaction ends; null while no worker has received it. Then there is no row to lock, and
 * whoever receives the same request at once waits and sees what became of it.
 */
export async function lockState(tx: Tx, request: string): Promise<StateRow | null> {
  const row = await lockedState(tx, request);
  if (row !== null) return row;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`received ${request}`}, 0))`);
  return lockedState(tx, request);
}

async function lockedState(tx: Tx, request: string): Promise<StateRow | null> {
  const [row] = await tx
    .select()
    .from(requestStates)
    .where(and(eq(requestStates.tenant, "main"), eq(requestStates.request, request)))
    .for("update");
  return row ?? null;
}

export type NewState = Omit<typeof requestStates.$inferInsert, "tenant" | "version">;

/**
 * Moves a request whose state the caller has locked, null where it has none yet; returns the state row's new version. The
 * one place that writes a state: throws where the domain does not let it follow.
 */
export async function moveState(tx: Tx, before: StateRow | null, to: NewState): Promise<number> {
  if (!mayBecome(before, to)) {
    throw new Error(`A request that is ${before?.state ?? "received"} does not become ${to.state}.`);
  }
  const { request, ...changes } = to;
  if (before === null) {
    await tx.insert(requestStates).values(to);
    return 1;
  }
  const [row] = await tx
    .update(requestStates)
    .set({ ...changes, version: sql`${requestStates.version} + 1` })
    .where(and(eq(requestStates.tenant, "main"), eq(requestStates.request, request)))
    .returning({ version: requestStates.version });
  if (row === undefined) throw new Error("This request has no state yet.");
  return row.version;
}

export const insertDecision = (tx: Tx, row: Omit<typeof decisions.$inferInsert, "tenant" | "version">) =>
  tx.insert(decisions).values(row);

export async function readVerdict(db: Queries, id: string): Promise<VerdictRow | null> {
  const [row] = await db
    .select()
    .from(verdicts)
    .where(and(eq(verdicts.tenant, "main"), eq(verdicts.id, id)));
  return row ?? null;
}

/** What this person said of one stage of one version, counted or not; null when nothing. */
export async function readVerdictOf(
  db: Queries,
  of: Pick<VerdictRow, "request" | "version" | "stage" | "person">,
): Promise<VerdictRow | null> {
  const { request, version, stage, person } = of;
  const [row] = await db
    .select()
    .from(verdicts)
    .where(
      and(
        eq(verdicts.tenant, "main"),
        eq(verdicts.request, request),
        eq(verdicts.version, version),
        eq(verdicts.stage, stage),
        eq(verdicts.person, person),
      ),
    );
  return row ?? null;
}

/** Verdicts on one version that a worker took, and the one it is looking at, in order of receipt. */
export async function readVerdicts(
  db: Queries,
  {
    request,
    version,
    looking,
  }: { readonly request: string; readonly version: number; readonly looking: string | null },
) {
  const takenOnes = db
    .select({ subject: outcomes.subject })
    .from(outcomes)
    .where(and(eq(outcomes.tenant, "main"), eq(outcomes.claim, "verdicts"), eq(outcomes.result, "taken")));
  return db
    .select()
    .from(verdicts)
    .where(
      and(
        eq(verdicts.tenant, "main"),
        eq(verdicts.request, request),
        eq(verdicts.version, version),
        sql`(${verdicts.id}::text in ${takenOnes} or ${verdicts.id} = ${looking}::uuid)`,
      ),
    )
    .orderBy(asc(verdicts.receivedAt), asc(verdicts.id));
}

export const readAcceptances = (db: Queries, request: string, version: number) =>
  db
    .select()
    .from(acceptances)
    .where(and(eq(acceptances.tenant, "main"), eq(acceptances.request, request), eq(acceptances.version, version)));

export async function readAcceptance(db: Queries, id: string) {
  const [row] = await db
    .select()
    .from(acceptances)
    .where(and(eq(acceptances.tenant, "main"), eq(acceptances.id, id)));
  return row ?? null;
}

export async function readComment(db: Queries, id: string) {
  const [row] = await db
    .select()
    .from(comments)
    .where(and(eq(comments.tenant, "main"), eq(comments.id, id)));
  return row ?? null;
}

export async function readAsk(db: Queries, id: string): Promise<AskRow | null> {
  const [row] = await db
    .select()
    .from(asks)
    .where(and(eq(asks.tenant, "main"), eq(asks.id, id)));
  return row ?? null;
}

/** Asks of one kind about one thing are taken one after the other, until this transaction ends. */
export const lockAsksOn = (tx: Tx, { kind, subject }: Pick<AskRow, "kind" | "subject">) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`taken ${kind} ${subject}`}, 0))`);

/** Requests whose stage or offer of ownership has run out, oldest first. */
export const readOverdue = (db: Queries, now: Date, limit: number) =>
  db
    .select({ request: requestStates.request })
    .from(requestStates)
    .where(
      and(
        eq(requestStates.tenant, "main"),
        inArray(requestStates.state, ["awaiting-approval", "awaiting-acceptance"]),
        isNotNull(requestStates.deadline),
        lte(requestStates.deadline, now),
      ),
    )
    .orderBy(requestStates.deadline)
    .limit(limit);

/** Approved requests that wait for their release, those told to wait only once their time has come. */
export const readApproved = (db: Queries, now: Date, limit: number) =>
  db
    .select({ request: requestStates.request })
    .from(requestStates)
    .where(
      and(
        eq(requestStates.tenant, "main"),
        eq(requestStates.state, "approved"),
        sql`(${requestStates.deadline} is null or ${requestStates.deadline} <= ${now.toISOString()}::timestamptz)`,
      ),
    )
    .orderBy(requestStates.since)
    .limit(limit);

/** An open request of one kind on this identity, other than `except`; null when there is none. */
export async function readOpenRequestOn(
  db: Queries,
  identity: string,
  { kind, except }: { readonly kind: RequestKind; readonly except: string },
) {
  const [row] = await db
    .select({ request: requests.id, kind: requests.kind, state: requestStates.state })
    .from(requests)
    .innerJoin(requestStates, and(eq(requestStates.tenant, requests.tenant), eq(requestStates.request, requests.id)))
    .where(
      and(
        eq(requests.tenant, "main"),
        eq(requests.identity, identity),
        eq(requests.kind, kind),
        ne(requests.id, except),
        notInArray(requestStates.state, [...settledStates, "refused"]),
      ),
    )
    .limit(1);
  return row ?? null;
}
