import { type SQL, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Environment, RequestKind } from "#lib/domain/charter.ts";
import type { RequestState } from "#lib/domain/request.ts";
import type { Queries } from "../client.ts";
import { decodeCursor, encodeCursor } from "./keyset.ts";
import { requestsInSight } from "./request-sight.ts";

export interface RequestRow {
  readonly id: string;
  readonly kind: RequestKind;
  readonly name: string;
  readonly target: string;
  readonly environment: Environment;
  readonly requester: string;
  readonly state: RequestState | null;
  readonly since: string;
  readonly deadline: string | null;
  /** Until when a retirement keeps its identity, disabled; null for anything else. */
  readonly heldUntil: string | null;
  /** Who must act next, in words; empty when nobody must. */
  readonly next: string;
}

export interface RequestFilter {
  readonly q: string;
  /** `open`, `closed` or one state; anything else is all. */
  readonly state: string;
  readonly mine: boolean;
  /** Its kind, environment and target; empty is all. */
  readonly kind: string;
  readonly environment: string;
  readonly target: string;
  readonly after: string | undefined;
}

export interface DraftLine {
  readonly id: string;
  readonly blueprint: string;
  readonly title: string;
  readonly name: string;
  readonly updatedAt: string;
}

const pageSize = 50;
const open = sql`('received', 'awaiting-approval', 'awaiting-acceptance', 'resubmit', 'approved', 'provisioning')`;

interface Found extends Omit<RequestRow, "next">, Record<string, unknown> {
  readonly cursor: string;
  readonly roles: readonly string[];
  readonly accepter: string | null;
}

/** Requests in sight, latest movement first, one keyset page. */
export async function readRequests(
  db: Queries,
  viewer: Viewer,
  filter: RequestFilter,
): Promise<{ readonly rows: readonly RequestRow[]; readonly next: string | null }> {
  const rows = await db.execute<Found>(sql`
    select s.request as id, s.kind, s.charter ->> 'name' as name, s.charter ->> 'target' as target, s.charter ->> 'environment' as environment,
      coalesce(p.name, 'Charter') as requester, s.state, to_json(s.since) #>> '{}' as since, to_json(s.deadline) #>> '{}' as deadline,
      to_json(h.remove_at) #>> '{}' as "heldUntil", s.since::text as cursor,
      coalesce((select json_agg(g ->> 'role') from jsonb_array_elements(s.stages) g), '[]') as roles, a.name as accepter
    from (${sql.join(
      movements(filter).map((movement) => ofThose(movement, filter, viewer)),
      sql` union all `,
    )}) s
    left join charter.people p on p.tenant = 'main' and p.id = s.requester
    left join charter.people a on a.tenant = 'main' and a.id = s.accepter
    left join charter.identities h on h.tenant = 'main' and h.id = s.identity and s.kind = 'retire' and s.state = 'provisioning'
    order by s.since desc, s.request desc limit ${pageSize + 1}`);
  const last = rows.slice(0, pageSize).at(-1);
  return {
    rows: rows.slice(0, pageSize).map(({ roles, accepter, cursor: _, ...row }) => ({
      ...row,
      next: nextOf(row.state, roles, accepter),
    })),
    next: rows.length > pageSize && last ? encodeCursor({ value: last.cursor, id: last.id }) : null,
  };
}

/** Requests that no worker has taken yet are looked for among this many of the newest. */
const untaken = 1000;

/** Where requests stand and since when, by index; one no worker has taken yet has no state, and stands since it came. */
function movements({ state, after }: RequestFilter): readonly SQL[] {
  const cursor = decodeCursor(after);
  const before = (at: SQL, id: SQL) =>
    cursor === null ? sql`true` : sql`(${at}, ${id}) < (${cursor.value}::timestamptz, ${cursor.id}::uuid)`;
  const taken = sql`
    select s.request, s.state, s.since, s.deadline, s.stages, s.accepter from charter.request_states s
    where s.tenant = 'main' and ${inState(state)} and ${before(sql`s.since`, sql`s.request`)}`;
  const fresh = sql`
    select n.id, null::text, n.received_at, null::timestamptz, '[]'::jsonb, null::uuid
    from (select id, received_at from charter.requests where tenant = 'main' order by received_at desc, id desc limit ${untaken}) n
    where ${before(sql`n.received_at`, sql`n.id`)}
      and not exists (select 1 from charter.request_states t where t.tenant = 'main' and t.request = n.id)`;
  return ["", "open", "received"].includes(state) ? [taken, fresh] : [taken];
}

/** Those of one movement that the viewer sees and asked for: each is cut by itself, so that neither is read to its end. */
const ofThose = (movement: SQL, filter: RequestFilter, viewer: Viewer): SQL => sql`(
  select s.*, r.kind, r.identity, r.requester, v.charter
  from (${movement}) as s (request, state, since, deadline, stages, accepter)
  join charter.requests r on r.tenant = 'main' and r.id = s.request
  join lateral (select v.charter from charter.request_versions v where v.tenant = r.tenant and v.request = r.id order by v.version desc limit 1) v on true
  where ${requestsInSight(viewer)} and ${matching(filter, viewer)}
  order by s.since desc, s.request desc limit ${pageSize + 1})`;

const matching = ({ q, mine, kind, environment, target }: RequestFilter, viewer: Viewer): SQL => sql`
  ${mine ? sql`r.requester = ${viewer.id}` : sql`true`}
  and ${kind ? sql`r.kind = ${kind}` : sql`true`}
  and ${environment ? sql`v.charter ->> 'environment' = ${environment}` : sql`true`}
  and ${target ? sql`v.charter ->> 'target' = ${target}` : sql`true`}
  and ${q ? sql`r.id = any (array(select n.request from charter.request_versions n where n.tenant = 'main' and n.charter ->> 'name' like ${literally(q)})) and strpos(v.charter ->> 'name', lower(${q})) > 0` : sql`true`}`;

/** Names are lower case slugs. */
const literally = (q: string): string =>
  `%${q
    .slice(0, 100)
    .toLowerCase()
    .replace(/[\\%_]/g, (found) => `\\${found}`)}%`;

function inState(state: string): SQL {
  if (state === "open") return sql`s.state in ${open}`;
  if (state === "closed") return sql`s.state not in ${open}`;
  return state ? sql`s.state = ${state}` : sql`true`;
}

function nextOf(state: RequestState | null, roles: readonly string[], accepter: string | null): string {
  if (state === "awaiting-approval") return roles.map((role) => role[0]?.toUpperCase() + role.slice(1)).join(", ");
  if (state === "awaiting-acceptance") return accepter ?? "the owner";
  return state === "resubmit" ? "the requester" : "";
}

/** Targets a list may be narrowed to, those in use first. */
export async function readTargetNames(db: Queries): Promise<readonly string[]> {
  const rows = await db.execute<{ name: string }>(
    sql`select name from charter.targets where tenant = 'main' order by configured desc, position`,
  );
  return rows.map(({ name }) => name);
}

/** This person's own drafts, newest first. */
export async function readDrafts(db: Queries, viewer: Viewer): Promise<readonly DraftLine[]> {
  const rows = await db.execute<{ id: string; blueprint: string; title: string; name: string; updated_at: string }>(sql`
    select d.id, d.blueprint, coalesce(b.content ->> 'title', d.blueprint) as title,
      coalesce(nullif(d.content -> 'edits' ->> 'name', ''), nullif(d.content -> 'runs' ->> 'repository', ''), nullif(d.content -> 'runs' ->> 'runsOn', ''), '') as name,
      to_json(d.updated_at) #>> '{}' as updated_at
    from charter.drafts d left join charter.blueprints b on b.tenant = d.tenant and b.kind = 'blueprint' and b.id = d.blueprint
    where d.tenant = 'main' and d.person = ${viewer.id}
      and not exists (select 1 from charter.requests r where r.tenant = d.tenant and r.id = d.id)
    order by d.updated_at desc limit 20`);
  return rows.map((row) => ({
    id: row.id,
    blueprint: row.blueprint,
    title: row.title,
    name: row.name,
    updatedAt: row.updated_at,
  }));
}
