import { type SQL, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Environment, RequestKind } from "#lib/domain/charter.ts";
import type { RequestState } from "#lib/domain/request.ts";
import type { Queries } from "../client.ts";
import { decodeCursor, encodeCursor } from "./keyset.ts";
import { requestSight } from "./request-sight.ts";

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
  /** Who must act next, in words; empty when nobody must. */
  readonly next: string;
}

export interface RequestFilter {
  readonly q: string;
  /** `open`, `closed` or one state; anything else is all. */
  readonly state: string;
  readonly mine: boolean;
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
    select r.id, r.kind, v.charter ->> 'name' as name, v.charter ->> 'target' as target, v.charter ->> 'environment' as environment,
      coalesce(p.name, 'Charter') as requester, s.state, to_json(coalesce(s.since, r.received_at)) #>> '{}' as since, to_json(s.deadline) #>> '{}' as deadline,
      coalesce(s.since, r.received_at)::text as cursor,
      coalesce((select json_agg(g ->> 'role') from jsonb_array_elements(s.stages) g), '[]') as roles, a.name as accepter
    from charter.requests r
    join lateral (select v.charter from charter.request_versions v where v.tenant = r.tenant and v.request = r.id order by v.version desc limit 1) v on true
    left join charter.request_states s on s.tenant = r.tenant and s.request = r.id
    left join charter.people p on p.tenant = r.tenant and p.id = r.requester
    left join charter.people a on a.tenant = r.tenant and a.id = s.accepter
    where r.tenant = 'main' and ${requestSight(viewer)} and ${matching(filter, viewer)}
    order by coalesce(s.since, r.received_at) desc, r.id desc limit ${pageSize + 1}`);
  const last = rows.slice(0, pageSize).at(-1);
  return {
    rows: rows.slice(0, pageSize).map(({ roles, accepter, cursor: _, ...row }) => ({
      ...row,
      next: nextOf(row.state, roles, accepter),
    })),
    next: rows.length > pageSize && last ? encodeCursor({ value: last.cursor, id: last.id }) : null,
  };
}

function matching({ q, mine, after, state }: RequestFilter, viewer: Viewer): SQL {
  const cursor = decodeCursor(after);
  return sql`${inState(state)}
    and ${mine ? sql`r.requester = ${viewer.id}` : sql`true`}
    and ${q ? sql`strpos(lower(v.charter ->> 'name'), lower(${q})) > 0` : sql`true`}
    and ${cursor === null ? sql`true` : sql`(coalesce(s.since, r.received_at), r.id) < (${cursor.value}::timestamptz, ${cursor.id}::uuid)`}`;
}

function inState(state: string): SQL {
  if (state === "open") return sql`coalesce(s.state, 'received') in ${open}`;
  if (state === "closed") return sql`s.state not in ${open}`;
  return state ? sql`coalesce(s.state, 'received') = ${state}` : sql`true`;
}

function nextOf(state: RequestState | null, roles: readonly string[], accepter: string | null): string {
  if (state === "awaiting-approval") return roles.map((role) => role[0]?.toUpperCase() + role.slice(1)).join(", ");
  if (state === "awaiting-acceptance") return accepter ?? "the owner";
  return state === "resubmit" ? "the requester" : "";
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
