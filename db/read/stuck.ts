import { and, eq, sql } from "drizzle-orm";
import type { Queries } from "../client.ts";
import { steps } from "../schema/progress.ts";

/** A step by id, with since when it is stuck; null when there is none. */
export async function readStuckStep(db: Queries, id: string) {
  const [row] = await db
    .select({ id: steps.id, intent: steps.intent, stuckAt: steps.stuckAt })
    .from(steps)
    .where(and(eq(steps.tenant, "main"), eq(steps.id, id)));
  return row ?? null;
}

/** Whether a step of what a request set going is stuck, and whether that is being taken back; both false where nothing runs. */
export async function readStuckRequest(db: Queries, request: string) {
  const [row] = await db.execute<{ undoing: boolean; stuck: boolean }>(sql`
    select i.state = 'undoing' as undoing, exists (select 1 from charter.steps s where s.tenant = i.tenant and s.intent = i.id
      and s.stuck_at is not null and s.state in ('ready', 'claimed', 'sent', 'ambiguous')) as stuck
    from charter.intents i where i.tenant = 'main' and i.request = ${request}::uuid and i.state in ('running', 'undoing')`);
  return { undoing: row?.undoing ?? false, stuck: row?.stuck ?? false };
}

/** Those of some requests on which a step is stuck: an operator acts next. */
export async function stuckAmong(db: Queries, requests: readonly string[]): Promise<readonly string[]> {
  if (requests.length === 0) return [];
  const rows = await db.execute<{ request: string }>(sql`
    select i.request from charter.intents i
    where i.tenant = 'main' and i.request in ${[...requests]} and i.state in ('running', 'undoing') and exists (
      select from charter.steps s where s.tenant = i.tenant and s.intent = i.id and s.stuck_at is not null
        and s.state in ('ready', 'claimed', 'sent', 'ambiguous'))`);
  return rows.map(({ request }) => request);
}
