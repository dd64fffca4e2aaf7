import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";

export interface HealthState {
  /** Workers whose heartbeat is at most 15 s old, and how many different configuration files they run with. */
  readonly freshWorkers: number;
  readonly configurations: number;
  readonly problems: readonly string[];
  /** Why a worker only reports: its database's log is not the one that was anchored. */
  readonly halted: readonly string[];
  readonly activeBundle: boolean;
}

/** What the database knows of the portal's own state. */
export async function readHealth(db: Queries): Promise<HealthState> {
  const [row] = await db.execute<{
    fresh: number;
    configurations: number;
    problems: string[];
    halted: string[];
    bundle: boolean;
  }>(sql`
    with fresh as (
      select config_digest, public from charter.workers
      where tenant = 'main' and heartbeat_at > clock_timestamp() - interval '15 seconds')
    select (select count(*)::int from fresh) as fresh,
      (select count(distinct config_digest)::int from fresh) as configurations,
      coalesce((select json_agg(distinct problem) from fresh, jsonb_array_elements_text(coalesce(public -> 'problems', '[]')) problem), '[]') as problems,
      coalesce((select json_agg(distinct public -> 'halted') from fresh where public ->> 'halted' is not null), '[]') as halted,
      exists (select 1 from charter.bundles where tenant = 'main') as bundle`);
  if (!row) throw new Error("The database answered with no row.");
  return {
    freshWorkers: row.fresh,
    configurations: row.configurations,
    problems: row.problems,
    halted: row.halted,
    activeBundle: row.bundle,
  };
}

/** The role this process speaks as; its claims are recorded in that name. */
export async function readRole(db: Queries): Promise<string> {
  const [row] = await db.execute<{ role: string }>(sql`select session_user as role`);
  return row?.role ?? "";
}
