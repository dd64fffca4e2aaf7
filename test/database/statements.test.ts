import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Database, type DatabaseOptions, openDatabase, type Queries } from "#db/client.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

let server: TestDatabase;
let database: Database;
beforeAll(async () => {
  server = await testDatabase();
});
afterAll(() => server.close());
afterEach(() => database.close());
const open = (options: Omit<DatabaseOptions, "applicationName">) => {
  database = openDatabase(server.workerUrl, { applicationName: "test-statements", max: 1, ...options });
  return database.db;
};
/** How many texts that say this the one connection has prepared. */
const prepared = async (db: Queries, text: string): Promise<number | undefined> => {
  const [row] = await db.execute<{ count: number }>(
    sql.raw(`select count(*)::int as count from pg_prepared_statements where statement like '%${text}%'`),
  );
  return row?.count;
};

test("who prepares has a query kept once, with whatever values, in a transaction or not", async () => {
  const db = open({ prepares: true });
  const ask = (of: Queries, value: number) => of.execute(sql`select ${value}::int as asked`);
  expect([...(await ask(db, 1))]).toEqual([{ asked: 1 }]);
  expect([...(await db.transaction((tx) => ask(tx, 2)))]).toEqual([{ asked: 2 }]);
  expect([...(await ask(db, 3))]).toEqual([{ asked: 3 }]);
  expect(await prepared(db, "asked")).toBe(1);
});

test("who does not, asks outside transactions for nothing to be kept", async () => {
  const db = open({});
  for (let at = 0; at < 3; at += 1) await db.execute(sql`select ${at}::int as unasked`);
  expect(await prepared(db, "unasked")).toBe(0);
});
