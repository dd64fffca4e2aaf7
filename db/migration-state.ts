import { sql } from "drizzle-orm";
import type { Queries } from "./client.ts";
import journal from "./migrations/meta/_journal.json" with { type: "json" };

/** Whether the database has the newest migration of this checkout; false on an empty one. Any of the roles may ask. */
export async function migrationsCurrent(db: Queries): Promise<boolean> {
  const there = await db.execute(sql`select to_regclass('charter.migrations') is not null as ok`);
  if (there[0]?.ok !== true) return false;
  const rows = await db.execute(sql`select max(created_at) as newest from charter.migrations`);
  const newest = Math.max(...journal.entries.map((entry) => entry.when));
  return Number(rows[0]?.newest ?? 0) >= newest;
}
