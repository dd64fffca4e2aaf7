import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { questionCount } from "./attestation-sight.ts";
import { waitsForVerdictOf } from "./waits-for.ts";

export interface FrameState {
  /** The database's business clock, ISO. */
  readonly now: string;
  /** Requests that wait for this viewer's verdict. */
  readonly approvals: number;
  /** Questions that are asked of this viewer. */
  readonly questions: number;
  /** Whether a worker reported in the last 15 seconds. */
  readonly workerFresh: boolean;
  /** Titles of configured targets that the last check could not reach or found lacking rights. */
  readonly lacking: readonly string[];
}

type Frame = { now: string; approvals: number; questions: number; fresh: boolean; lacking: string[] };

/** What every page's frame shows. Target trouble is told only to those who may open Targets. */
export async function readFrame(db: Queries, viewer: Viewer): Promise<FrameState> {
  const [row] = await db.execute<Frame>(sql`
    select to_json(charter.clock()) #>> '{}' as now,
      (select count(*)::int from ${waitsForVerdictOf(viewer)} waiting) as approvals,
      ${questionCount(viewer)} as questions,
      exists (select 1 from charter.workers where tenant = 'main' and heartbeat_at > clock_timestamp() - interval '15 seconds') as fresh,
      coalesce((select json_agg(t.title order by t.position) from charter.targets t
        where t.tenant = 'main' and t.configured and t.checked_at is not null
          and exists (select 1 from jsonb_array_elements(t.checks) c where not (c ->> 'ok')::boolean)), '[]') as lacking`);
  if (!row) throw new Error("The database answered with no row.");
  return {
    now: row.now,
    approvals: row.approvals,
    questions: row.questions,
    workerFresh: row.fresh,
    lacking: viewer.roles.length > 0 ? row.lacking : [],
  };
}
