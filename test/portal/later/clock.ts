import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import postgres, { type Sql } from "postgres";

/** Sets the demo's clock ahead, as the role that owns the schema may. Sessions, deadlines and holds all run out by it. */
export const setAhead = (interval: string): Promise<void> =>
  asOwner(async (sql) => {
    await sql`update charter.clock_offset set ahead = ${interval}::interval`;
  });

/** Once the worker, which moves one question after another, has moved each whose time has come. */
export const everyQuestionMoved = (): Promise<void> =>
  asOwner((sql) =>
    expect
      .poll(async () => (await sql`select from charter.questions where moves_at <= charter.clock()`).length, {
        timeout: 60_000,
      })
      .toBe(0),
  );

/**
 * Once no sweep of what the targets tell comes within three minutes: with the clock months ahead, and the targets' not, it would
 * find everything unused since its birth. One begins up to a minute and a half after its quarter.
 */
export async function farFromSweeps(): Promise<void> {
  const [quarter, room, late] = [15 * 60_000, 3 * 60_000, 90_000];
  const since = Date.now() % quarter;
  const wait = since < late ? late - since : quarter - since < room ? quarter - since + late : 0;
  await new Promise((resolve) => setTimeout(resolve, wait));
}

async function asOwner(use: (sql: Sql) => Promise<void>): Promise<void> {
  const env = readFileSync(join(process.env.CHARTER_TEST_HOME ?? "", "migrate.env"), "utf8");
  const url = /^CHARTER_MIGRATE_DATABASE_URL=(.*)$/m.exec(env)?.[1] ?? "";
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await use(sql);
  } finally {
    await sql.end();
  }
}
