import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { questionCount } from "./attestation-sight.ts";
import { waitsForVerdictOf } from "./waits-for.ts";

/** What waits for one person, counted. */
export interface WaitingCounts extends Record<string, number> {
  readonly approvals: number;
  /** Ownership to accept, and own requests to submit again or to take over less for. */
  readonly requests: number;
  readonly questions: number;
  /** Stuck steps, for who drains them. */
  readonly stuck: number;
}

/** What waits for this viewer. */
export async function countWaiting(db: Queries, viewer: Viewer): Promise<WaitingCounts> {
  const drains = viewer.roles.includes("operator");
  const [row] = await db.execute<WaitingCounts>(sql`
    select (select count(*)::int from ${waitsForVerdictOf(viewer)} waiting) as approvals,
      (select count(*)::int from charter.request_states s join charter.requests r on r.tenant = s.tenant and r.id = s.request
        where s.tenant = 'main' and ((s.state = 'awaiting-acceptance' and s.accepter = ${viewer.id})
          or (s.state = 'resubmit' and r.requester = ${viewer.id})
          or (s.state = 'awaiting-approval' and r.requester = ${viewer.id} and exists (select 1 from charter.comments c
            where c.tenant = s.tenant and c.request = s.request and c.version = s.request_version and c.proposal is not null)))) as requests,
      ${questionCount(viewer)} as questions,
      (select count(*)::int from charter.steps x where ${drains} and x.tenant = 'main' and x.stuck_at is not null
        and x.state not in ('done', 'undone')) as stuck`);
  if (!row) throw new Error("The database answered with no row.");
  return row;
}
