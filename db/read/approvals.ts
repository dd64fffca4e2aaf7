import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Charter } from "#lib/domain/charter.ts";
import type { Decision } from "#lib/domain/decision.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Queries } from "../client.ts";
import { comments, requests, requestVersions, verdicts } from "../schema/claims.ts";
import { people } from "../schema/directory.ts";
import { decisions, requestStates } from "../schema/progress.ts";
import { readNames } from "./names.ts";
import { readSimilar } from "./similar.ts";
import { waitsForVerdictOf } from "./waits-for.ts";

/** Requests shown in a queue at most; the riskiest and oldest come first, so the rest can wait. */
const shown = 200;

const nameOf = (person: unknown) =>
  sql<
    string | null
  >`(select ${people.name} from ${people} where ${people.tenant} = 'main' and ${people.id} = ${person})`;

/** What this viewer's queue is made of. */
const waitsFor = (viewer: Viewer) =>
  and(
    eq(requestStates.tenant, "main"),
    eq(requestStates.state, "awaiting-approval"),
    sql`${requestStates.request} in ${waitsForVerdictOf(viewer)}`,
  );

const joined = (db: Queries) =>
  db
    .select({
      id: requests.id,
      kind: requests.kind,
      requester: requests.requester,
      requesterName: nameOf(requests.requester),
      receivedAt: requests.receivedAt,
      version: requestStates.requestVersion,
      charter: requestVersions.charter,
      origins: requestVersions.origins,
      change: requestVersions.change,
      plan: requestStates.plan,
      planDigest: requestStates.planDigest,
      reach: requestStates.reach,
      risk: requestStates.risk,
      riskParts: requestStates.riskParts,
      stages: requestStates.stages,
      deadline: requestStates.deadline,
      since: requestStates.since,
    })
    .from(requestStates)
    .innerJoin(requests, and(eq(requests.tenant, requestStates.tenant), eq(requests.id, requestStates.request)))
    .innerJoin(
      requestVersions,
      and(
        eq(requestVersions.tenant, requestStates.tenant),
        eq(requestVersions.request, requestStates.request),
        eq(requestVersions.version, requestStates.requestVersion),
      ),
    );

/** What this viewer is to decide, riskiest first, then oldest. */
export async function readQueue(db: Queries, viewer: Viewer) {
  if (viewer.roles.length === 0) return [];
  return joined(db)
    .where(waitsFor(viewer))
    .orderBy(desc(requestStates.risk), asc(requestStates.since), asc(requests.id))
    .limit(shown);
}
export type QueueItem = Awaited<ReturnType<typeof readQueue>>[number];

/** Everything an approver reads before deciding one request of their queue; null when it does not wait for them. */
export async function readApproval(db: Queries, viewer: Viewer, id: string) {
  if (!isUuid(id)) return null;
  const [item] = await joined(db).where(and(waitsFor(viewer), eq(requests.id, id)));
  if (item === undefined) return null;
  const [decision, given, remarks, before, similar, history] = await Promise.all([
    readDecision(db, item),
    readVerdicts(db, item),
    readRemarks(db, item.id),
    readBefore(db, item),
    item.kind === "provision" ? readSimilar(db, viewer, { ...item.charter, id, reach: item.reach }) : [],
    readHistory(db, item.requester),
  ]);
  const names = await namesIn(db, [item.charter, ...(before ? [before.charter] : [])]);
  return { item, decision, given, remarks, before, names, similar, history };
}
export type ApprovalPage = NonNullable<Awaited<ReturnType<typeof readApproval>>>;

async function readDecision(db: Queries, { id, version }: QueueItem) {
  const [row] = await db
    .select({ decision: decisions.decision, bundle: decisions.bundle })
    .from(decisions)
    .where(and(eq(decisions.tenant, "main"), eq(decisions.request, id), eq(decisions.requestVersion, version)))
    .orderBy(desc(decisions.decidedAt))
    .limit(1);
  return row === undefined ? null : { bundle: row.bundle, reasons: (row.decision as unknown as Decision).reasons };
}

const readVerdicts = (db: Queries, { id, version }: QueueItem) =>
  db
    .select({
      id: verdicts.id,
      person: nameOf(verdicts.person),
      stage: verdicts.stage,
      verdict: verdicts.verdict,
      reason: verdicts.reason,
      at: verdicts.receivedAt,
    })
    .from(verdicts)
    .where(and(eq(verdicts.tenant, "main"), eq(verdicts.request, id), eq(verdicts.version, version)))
    .orderBy(asc(verdicts.receivedAt));

const readRemarks = (db: Queries, id: string) =>
  db
    .select({
      id: comments.id,
      person: nameOf(comments.person),
      text: comments.text,
      at: comments.receivedAt,
      proposal: sql<boolean>`${comments.proposal} is not null`,
    })
    .from(comments)
    .where(and(eq(comments.tenant, "main"), eq(comments.request, id)))
    .orderBy(asc(comments.receivedAt))
    .limit(100);

/** The charter of the version before, for the diff of an edited request. */
async function readBefore(db: Queries, { id, version }: QueueItem) {
  const [row] = await db
    .select({ version: requestVersions.version, charter: requestVersions.charter })
    .from(requestVersions)
    .where(
      and(
        eq(requestVersions.tenant, "main"),
        eq(requestVersions.request, id),
        sql`${requestVersions.version} < ${version}`,
      ),
    )
    .orderBy(desc(requestVersions.version))
    .limit(1);
  return row ?? null;
}

/** Names behind the charter's ids, now and in the version before. */
const namesIn = (db: Queries, charters: readonly Charter[]) =>
  readNames(db, {
    people: charters.flatMap(({ owner, endsIt, backup, exception }) => [
      owner,
      endsIt,
      "person" in backup ? backup.person : null,
      exception?.owner,
    ]),
    teams: charters.flatMap(({ team, backup }) => [team, "team" in backup ? backup.team : null]),
    services: charters.map(({ service }) => service),
  });

/** How the requester's earlier requests ended: counted, for the approver's judgement. */
async function readHistory(db: Queries, requester: string | null) {
  if (requester === null) return null;
  const rows = await db
    .select({ state: requestStates.state, count: sql<number>`count(*)::int` })
    .from(requests)
    .innerJoin(requestStates, and(eq(requestStates.tenant, requests.tenant), eq(requestStates.request, requests.id)))
    .where(and(eq(requests.tenant, "main"), eq(requests.requester, requester)))
    .groupBy(requestStates.state);
  const of = (...states: readonly string[]) =>
    rows.filter(({ state }) => states.includes(state)).reduce((sum, { count }) => sum + count, 0);
  return {
    live: of("live", "done"),
    denied: of("denied", "refused"),
    all: rows.reduce((sum, { count }) => sum + count, 0),
  };
}

/** The viewer's newest verdict, for an empty queue. */
export async function readLastVerdict(db: Queries, viewer: Viewer) {
  const [row] = await db
    .select({
      request: verdicts.request,
      at: verdicts.receivedAt,
      name: sql<string>`${requestVersions.charter} ->> 'name'`,
    })
    .from(verdicts)
    .innerJoin(
      requestVersions,
      and(
        eq(requestVersions.tenant, verdicts.tenant),
        eq(requestVersions.request, verdicts.request),
        eq(requestVersions.version, verdicts.version),
      ),
    )
    .where(and(eq(verdicts.tenant, "main"), eq(verdicts.person, viewer.id)))
    .orderBy(desc(verdicts.receivedAt))
    .limit(1);
  return row ?? null;
}
