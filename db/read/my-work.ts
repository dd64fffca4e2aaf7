import { and, asc, eq, isNull, or, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import type { RequestState } from "#lib/domain/request.ts";
import type { Queries } from "../client.ts";
import { findings } from "../schema/findings.ts";
import { identities } from "../schema/inventory.ts";
import { readAskedLines } from "./attestations.ts";
import { identitySight } from "./identity-sight.ts";
import { requestSight } from "./request-sight.ts";
import { waitsForVerdictOf } from "./waits-for.ts";

export interface Waiting {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly risk: number;
  readonly deadline: string | null;
  readonly why: string;
}
export interface UnderWay {
  readonly id: string;
  readonly name: string;
  readonly kind: RequestKind;
  readonly state: RequestState | null;
  readonly since: string;
  /** Until when a retirement keeps its identity, disabled; null for anything else. */
  readonly heldUntil: string | null;
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

/** What waits for this viewer: verdicts they may give, ownership they are asked to accept, what they must submit again. */
async function readWaiting(db: Queries, viewer: Viewer): Promise<readonly Waiting[]> {
  const rows = await db.execute<{
    id: string;
    name: string;
    environment: string;
    risk: number;
    deadline: string | null;
    why: string;
  }>(sql`
    select r.id, v.charter ->> 'name' as name, v.charter ->> 'environment' as environment, s.risk, to_json(s.deadline) #>> '{}' as deadline,
      case s.state when 'awaiting-approval' then 'approve' when 'awaiting-acceptance' then 'accept' else 'resubmit' end as why
    from charter.request_states s
    join charter.requests r on r.tenant = s.tenant and r.id = s.request
    join charter.request_versions v on v.tenant = s.tenant and v.request = s.request and v.version = s.request_version
    where s.tenant = 'main' and (
      (s.state = 'awaiting-approval' and s.request in ${waitsForVerdictOf(viewer)})
      or (s.state = 'awaiting-acceptance' and s.accepter = ${viewer.id})
      or (s.state = 'resubmit' and r.requester = ${viewer.id}))
    order by s.deadline nulls last, s.risk desc, r.id limit ${cap}`);
  return rows.map(({ id, name, environment, risk, deadline, why }) => ({ id, name, environment, risk, deadline, why }));
}

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
    target: string | null;
  }>(sql`
    select r.id, v.charter ->> 'name' as name, r.kind, s.state, to_json(coalesce(s.since, r.received_at)) #>> '{}' as since, to_json(h.remove_at) #>> '{}' as held_until, i.done, i.steps, i.target
    from charter.requests r
    join lateral (select v.charter from charter.request_versions v where v.tenant = r.tenant and v.request = r.id order by v.version desc limit 1) v on true
    left join charter.request_states s on s.tenant = r.tenant and s.request = r.id
    left join charter.identities h on h.tenant = r.tenant and h.id = r.identity and r.kind = 'retire' and s.state = 'provisioning'
    left join lateral (
      select count(*) filter (where x.state = 'done')::int as done, count(*)::int as steps, max(x.target) filter (where x.state not in ('done', 'waiting', 'undone')) as target
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
    step: row.steps
      ? `step ${Math.min((row.done ?? 0) + 1, row.steps)} of ${row.steps}${row.target ? ` · ${row.target}` : ""}`
      : "",
  }));
}

/** Identities this person owns, backs up or ends, that end within 30 days or have ended and are held. */
const readEnding = (db: Queries, viewer: Viewer) =>
  db
    .select({
      id: identities.id,
      name: identities.name,
      state: identities.state,
      environment: identities.environment,
      endsAt: identities.endsAt,
    })
    .from(identities)
    .where(
      and(
        eq(identities.tenant, "main"),
        sql`${identities.state} in ('live', 'suspended', 'retiring')`,
        sql`${identities.endsAt} < (select charter.clock() + interval '30 days')`,
        or(eq(identities.owner, viewer.id), eq(identities.backupPerson, viewer.id), eq(identities.endsIt, viewer.id)),
        identitySight(viewer),
      ),
    )
    .orderBy(asc(identities.endsAt), asc(identities.id))
    .limit(cap);

/** Steps that wait for people, for operators. */
async function readStuck(db: Queries, viewer: Viewer): Promise<readonly Stuck[]> {
  if (!viewer.roles.includes("operator")) return [];
  const rows = await db.execute<{
    id: string;
    request: string;
    name: string;
    back: boolean;
    title: string;
    target: string;
    since: string;
    sentence: string | null;
  }>(sql`
    select x.id, i.request, r.name, i.kind = 'provision' and i.state = 'running' as back, x.title, x.target, to_json(x.stuck_at) #>> '{}' as since, x.fault ->> 'sentence' as sentence
    from charter.steps x join charter.intents i on i.tenant = x.tenant and i.id = x.intent
    join charter.identities r on r.tenant = i.tenant and r.id = i.identity
    where x.tenant = 'main' and x.stuck_at is not null and x.state not in ('done', 'undone') order by x.stuck_at limit ${cap}`);
  return rows.map((row) => ({
    id: row.id,
    request: row.request,
    name: row.name,
    mayTakeBack: row.back,
    title: row.title,
    target: row.target,
    since: row.since,
    sentence: row.sentence ?? "",
  }));
}

/** What reconciliation found and nobody has settled, for operators and security. */
async function readDiscrepancies(db: Queries, viewer: Viewer) {
  if (!viewer.roles.includes("operator") && !viewer.roles.includes("security")) return [];
  return db
    .select({
      id: findings.id,
      sentence: findings.sentence,
      target: findings.target,
      identity: findings.identity,
      openedAt: findings.openedAt,
    })
    .from(findings)
    .where(and(eq(findings.tenant, "main"), isNull(findings.closedAt)))
    .orderBy(asc(findings.openedAt), asc(findings.id))
    .limit(cap);
}

/** Everything that needs this person today. */
export async function readMyWork(db: Queries, viewer: Viewer) {
  const [waiting, questions, underWay, ending, stuck, discrepancies] = await Promise.all([
    readWaiting(db, viewer),
    readAskedLines(db, viewer, cap),
    readUnderWay(db, viewer),
    readEnding(db, viewer),
    readStuck(db, viewer),
    readDiscrepancies(db, viewer),
  ]);
  return { waiting, questions, underWay, ending, stuck, discrepancies };
}
export type MyWork = Awaited<ReturnType<typeof readMyWork>>;
