import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import type { Viewer } from "#lib/domain/actor.ts";

export interface FrameState {
  /** The database's business clock, ISO. */
  readonly now: string;
  /** Requests that wait for this viewer's verdict. */
  readonly approvals: number;
  /** Whether a worker reported in the last 15 seconds. */
  readonly workerFresh: boolean;
  /** Titles of configured targets that the last check could not reach or found lacking rights. */
  readonly lacking: readonly string[];
}

/** What every page's frame shows. Target trouble is told only to those who may open Targets. */
export async function readFrame(db: Queries, viewer: Viewer): Promise<FrameState> {
  const [row] = await db.execute<{ now: string; approvals: number; fresh: boolean; lacking: string[] }>(sql`
    select to_json(charter.clock()) #>> '{}' as now,
      (select count(*)::int from charter.request_states s join charter.requests r on r.tenant = s.tenant and r.id = s.request
        where s.tenant = 'main' and s.state = 'awaiting-approval' and r.requester is distinct from ${viewer.id}
          and exists (select 1 from jsonb_array_elements(s.stages) g where g ->> 'role' = any (${sql.param([...viewer.roles])}::text[]))
          and not exists (select 1 from charter.verdicts v
            where v.tenant = s.tenant and v.request = s.request and v.version = s.request_version and v.person = ${viewer.id})) as approvals,
      exists (select 1 from charter.workers where tenant = 'main' and heartbeat_at > clock_timestamp() - interval '15 seconds') as fresh,
      coalesce((select json_agg(t.title order by t.position) from charter.targets t
        where t.tenant = 'main' and t.configured and t.checked_at is not null
          and exists (select 1 from jsonb_array_elements(t.checks) c where not (c ->> 'ok')::boolean)), '[]') as lacking`);
  if (!row) throw new Error("The database answered with no row.");
  return {
    now: row.now,
    approvals: row.approvals,
    workerFresh: row.fresh,
    lacking: viewer.roles.length > 0 ? row.lacking : [],
  };
}
