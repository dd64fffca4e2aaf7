import { and, asc, desc, eq, inArray, isNull, or, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import { asFindingKind, type FindingKind, findingKinds, recordFindings } from "#lib/domain/finding.ts";
import type { RequestState } from "#lib/domain/request.ts";
import type { Queries } from "../client.ts";
import { findings } from "../schema/findings.ts";
import { identities } from "../schema/inventory.ts";
import { readDecided } from "./decided.ts";
import { unmuted } from "./finding-sight.ts";
import { identitySight } from "./identity-sight.ts";
import { type NeedCounts, readNeeds } from "./needs.ts";
import { requestSight } from "./request-sight.ts";

export interface UnderWay {
  readonly id: string;
  readonly name: string;
  readonly kind: RequestKind;
  readonly state: RequestState | null;
  readonly since: string;
  /** Until when a retirement keeps its identity, disabled; null for anything else. */
  readonly heldUntil: string | null;
  /** Whether it waits for an operator. */
  readonly stuck: boolean;
  /** "step 3 of 5 · vault-main" while it is carried out. */
  readonly step: string;
}
export interface Stuck {
  readonly id: string;
  readonly request: string;
  /** Of the identity. */
  readonly name: string;
  /** Whether it can be taken back instead of tried again. */
  readonly mayTakeBack: boolean;
  readonly title: string;
  readonly target: string;
  readonly since: string;
  readonly sentence: string;
}

const cap = 20;

/** Own requests that are not finished, and those finished in the last day. */
async function readUnderWay(db: Queries, viewer: Viewer): Promise<readonly UnderWay[]> {
  const rows = await db.execute<{
    id: string;
    name: string;
    kind: RequestKind;
    state: RequestState | null;
    since: string;
    held_until: string | null;
    done: number | null;
    steps: number | null;
    stuck: boolean | null;
    target: string | null;
  }>(sql`
    select r.id, v.charter ->> 'name' as name, r.kind, s.state, to_json(coalesce(s.since, r.received_at)) #>> '{}' as since, to_json(h.remove_at) #>> '{}' as held_until, i.done, i.steps, i.stuck, i.target
    from charter.requests r
    join lateral (select v.charter from charter.request_versions v where v.tenant = r.tenant and v.request = r.id order by v.version desc limit 1) v on true
    left join charter.request_states s on s.tenant = r.tenant and s.request = r.id
    left join charter.identities h on h.tenant = r.tenant and h.id = r.identity and r.kind = 'retire' and s.state = 'provisioning'
    left join lateral (
      select count(*) filter (where x.state = 'done')::int as done, count(*)::int as steps,
        coalesce(bool_or(x.stuck_at is not null and x.state in ('ready', 'claimed', 'sent', 'ambiguous')), false) as stuck, max(x.target) filter (where x.state not in ('done', 'waiting', 'undone')) as target
      from charter.intents n join charter.steps x on x.tenant = n.tenant and x.intent = n.id
      where n.tenant = r.tenant and n.request = r.id and n.state = 'running') i on true
    where r.tenant = 'main' and r.requester = ${viewer.id} and ${requestSight(viewer)}
      and (coalesce(s.state, 'received') in ('received', 'awaiting-approval', 'awaiting-acceptance', 'resubmit', 'approved', 'provisioning') or s.since > (select charter.clock() - interval '1 day'))
    order by coalesce(s.since, r.received_at) desc, r.id limit ${cap}`);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    kind: row.kind,
    state: row.state,
    since: row.since,
    heldUntil: row.held_until,
    stuck: row.stuck ?? false,
    step: row.steps
      ? `step ${Math.min((row.done ?? 0) + 1, row.steps)} of ${row.steps}${row.target ? ` · ${row.target}` : ""}`
      : "",
  }));
}

/**
 * Identities this person owns, backs up or ends, whose end is near as the finding means it, or has passed: enabled still, or held.
 * The soonest 20, how many there are, and how many days are near; while no policy says, only what has ended.
 */
async function readEnding(db: Queries, viewer: Viewer, days: number | null) {
  const found = await db
    .select({
      id: identities.id,
      name: identities.name,
      state: identities.state,
      environment: identities.environment,
      endsAt: identities.endsAt,
      /** Set once a retirement has disabled it. */
      removeAt: identities.removeAt,
      total: sql<number>`(count(*) over ())::int`,
    })
    .from(identities)
    .where(
      and(
        eq(identities.tenant, "main"),
        sql`${identities.state} in ('live', 'suspended', 'retiring')`,
        sql`${identities.endsAt} <= (select charter.clock())
          + case when ${identities.state} = 'retiring' then interval '0' else make_interval(days => ${days ?? 0}) end`,
        or(eq(identities.owner, viewer.id), eq(identities.backupPerson, viewer.id), eq(identities.endsIt, viewer.id)),
        identitySight(viewer),
      ),
    )
    .orderBy(asc(identities.endsAt), asc(identities.id))
    .limit(cap);
  return { rows: found.map(({ total: _, ...row }) => row), total: found[0]?.total ?? 0, days };
}

/** Steps that wait for people, for operators: the 20 that wait longest, and how many there are. */
async function readStuck(
  db: Queries,
  viewer: Viewer,
): Promise<{ readonly rows: readonly Stuck[]; readonly total: number }> {
  if (!viewer.roles.includes("operator")) return { rows: [], total: 0 };
  const rows = await db.execute<{
    id: string;
    request: string;
    name: string;
    back: boolean;
    title: string;
    target: string;
    since: string;
    sentence: string | null;
    total: number;
  }>(sql`
    select (count(*) over ())::int as total, x.id, i.request, r.name, i.kind = 'provision' and i.state = 'running' as back, x.title, x.target, to_json(x.stuck_at) #>> '{}' as since, x.fault ->> 'sentence' as sentence
    from charter.steps x join charter.intents i on i.tenant = x.tenant and i.id = x.intent
    join charter.identities r on r.tenant = i.tenant and r.id = i.identity
    where x.tenant = 'main' and x.stuck_at is not null and x.state not in ('done', 'undone') order by x.stuck_at, x.id limit ${cap}`);
  const stuck = rows.map((row) => ({
    id: row.id,
    request: row.request,
    name: row.name,
    mayTakeBack: row.back,
    title: row.title,
    target: row.target,
    since: row.since,
    sentence: row.sentence ?? "",
  }));
  return { rows: stuck, total: rows[0]?.total ?? 0 };
}

/** What the reconciler saw at targets and nobody has settled or muted, for operators and security: each kind's count, and the worst few. */
async function readDiffering(db: Queries, viewer: Viewer) {
  if (!viewer.roles.includes("operator") && !viewer.roles.includes("security")) return { kinds: [], rows: [] };
  const of = and(
    eq(findings.tenant, "main"),
    isNull(findings.closedAt),
    inArray(findings.kind, discrepancies),
    unmuted,
  );
  const [kinds, rows] = await Promise.all([
    db
      .select({ kind: findings.kind, count: sql<number>`count(*)::int` })
      .from(findings)
      .where(of)
      .groupBy(findings.kind)
      .orderBy(asc(findings.kind)),
    db
      .select({
        id: findings.id,
        kind: findings.kind,
        sentence: findings.sentence,
        target: findings.target,
        identity: findings.identity,
        name: identities.name,
        openedAt: findings.openedAt,
      })
      .from(findings)
      .leftJoin(identities, and(eq(identities.tenant, findings.tenant), eq(identities.id, findings.identity)))
      .where(of)
      .orderBy(desc(findings.severity), desc(findings.id))
      .limit(worst),
  ]);
  return { kinds: kinds.flatMap(known), rows: rows.flatMap(known) };
}

const discrepancies = findingKinds.filter((kind) => !recordFindings.some((one) => one === kind));
const worst = 5;
function known<Row extends { readonly kind: string }>(row: Row): readonly (Row & { readonly kind: FindingKind })[] {
  const kind = asFindingKind(row.kind);
  return kind === null ? [] : [{ ...row, kind }];
}

interface MyWorkAsked {
  /** Policy's; null while none is active. */
  readonly expiringDays: number | null;
  /** What waits, where that is being counted already. */
  readonly waiting?: Promise<NeedCounts>;
}

/** Everything that needs this person today. */
export async function readMyWork(db: Queries, viewer: Viewer, { expiringDays, waiting }: MyWorkAsked) {
  const [needs, underWay, ending, stuck, differing, decided] = await Promise.all([
    readNeeds(db, viewer, waiting),
    readUnderWay(db, viewer),
    readEnding(db, viewer, expiringDays),
    readStuck(db, viewer),
    readDiffering(db, viewer),
    readDecided(db, viewer),
  ]);
  return { needs, underWay, ending, stuck, differing, decided };
}
export type MyWork = Awaited<ReturnType<typeof readMyWork>>;
