import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";

/** Sets the demo's clock ahead, as the role that owns the schema may. Sessions, deadlines and holds all run out by it. */
export async function setAhead(interval: string): Promise<void> {
  const env = readFileSync(join(process.env.CHARTER_TEST_HOME ?? "", "migrate.env"), "utf8");
  const url = /^CHARTER_MIGRATE_DATABASE_URL=(.*)$/m.exec(env)?.[1] ?? "";
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`update charter.clock_offset set ahead = ${interval}::interval`;
  } finally {
    await sql.end();
  }
}
