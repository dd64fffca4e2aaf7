import { sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import type { RequestState } from "#lib/domain/request.ts";
import type { Queries } from "../client.ts";
import { requestSight } from "./request-sight.ts";
import { stuckAmong } from "./stuck.ts";

/** A verdict of the viewer's, and what has become of the request. */
export interface Decided {
  readonly request: string;
  readonly name: string;
  readonly kind: RequestKind;
  readonly verdict: "approve" | "deny";
  readonly at: string;
  readonly state: RequestState | null;
  /** Whether it waits for an operator. */
  readonly stuck: boolean;
}

/** The viewer's newest verdicts of the last 30 days, one a request, at most five; on requests in their sight. */
export async function readDecided(db: Queries, viewer: Viewer): Promise<readonly Decided[]> {
  const rows = await db.execute<{ row: Omit<Decided, "stuck"> }>(sql`
    select jsonb_build_object('request', r.id, 'name', v.charter ->> 'name', 'kind', r.kind, 'verdict', d.verdict, 'state', s.state,
      'at', to_char(d.received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as row
    from (select distinct on (v.request) v.request, v.version, v.verdict, v.received_at from charter.verdicts v
        where v.tenant = 'main' and v.person = ${viewer.id}::uuid and v.received_at > (select charter.clock() - interval '30 days')
        order by v.request, v.received_at desc) d
    join charter.requests r on r.tenant = 'main' and r.id = d.request
    join charter.request_states s on s.tenant = r.tenant and s.request = r.id
    join charter.request_versions v on v.tenant = s.tenant and v.request = s.request and v.version = s.request_version
    where ${requestSight(viewer)} order by d.received_at desc limit 5`);
  const stuck = new Set(
    await stuckAmong(
      db,
      rows.map(({ row }) => row.request),
    ),
  );
  return rows.map(({ row }) => ({ ...row, stuck: stuck.has(row.request) }));
}
