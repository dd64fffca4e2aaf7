import { setTimeout as pause } from "node:timers/promises";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type Database, openDatabase, type Tx } from "#db/client.ts";
import { startCluster, type TestCluster } from "#test/support/cluster.ts";

let cluster: TestCluster;
let admin: postgres.Sql;
beforeAll(async () => {
  cluster = await startCluster();
  admin = postgres(cluster.url(), { max: 1, onnotice: () => {} });
  await admin`create table written (n int)`;
});
afterAll(async () => {
  await admin.end();
  await cluster.stop();
});

let database: Database;
const uncaught: unknown[] = [];
const keep = (error: unknown) => void uncaught.push(error);
let others: NodeJS.UncaughtExceptionListener[] = [];
beforeEach(() => {
  database = openDatabase(cluster.url(), { applicationName: "victim", max: 3 });
  uncaught.length = 0;
  others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", keep);
});
afterEach(async () => {
  process.removeListener("uncaughtException", keep);
  for (const other of others) process.on("uncaughtException", other);
  await database.close();
});

const codeOf = (error: unknown): string => {
  for (let at = error; at instanceof Error; at = at.cause) if ("code" in at) return String(at.code);
  return error instanceof Error ? error.message : "?";
};
const terminate = () =>
  admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim' and state like 'idle in%' or query like '%pg_sleep%' and pid <> pg_backend_pid()`;
const write = (tx: Tx) => tx.execute(sql`insert into written values (1)`);

const moments: Readonly<Record<string, (tx: Tx) => Promise<unknown>>> = {
  "while a statement runs": async (tx) => {
    await write(tx);
    await tx.execute(sql`select pg_sleep(20)`);
  },
  "while a statement with parameters runs": async (tx) => {
    await write(tx);
    await tx.execute(sql`select pg_sleep(${20}::float8)`);
  },
  "between two statements": async (tx) => {
    await write(tx);
    await pause(250);
    await write(tx);
  },
  "before its end": async (tx) => {
    await write(tx);
    await pause(250);
  },
  "before it is taken back": async (tx) => {
    await write(tx);
    await pause(250);
    throw new Error("of its own");
  },
  "and goes on as if nothing were": async (tx) => {
    await write(tx);
    await tx.execute(sql`select pg_sleep(20)`).catch(() => undefined);
    await Promise.allSettled([write(tx), write(tx)]);
  },
};

for (const [moment, act] of Object.entries(moments)) {
  it(`a transaction that loses its connection ${moment} fails, leaves nothing, and the pool goes on`, async () => {
    for (let round = 0; round < 4; round += 1) {
      const running = Promise.all([1, 2, 3].map(() => database.db.transaction(act).then(() => "committed", codeOf)));
      await pause(120);
      await terminate();
      for (const ended of await running) expect(ended).toMatch(/^(CONNECTION_CLOSED|57P01|ECONNRESET)$/);
      // The first statement on a new connection may be told how the last one ended; it was not run.
      await expect
        .poll(() => database.db.execute(sql`select 1 as n`).then((rows) => rows[0], codeOf))
        .toEqual({ n: 1 });
    }
    expect(uncaught).toEqual([]);
    expect(await admin`select * from written`).toHaveLength(0);
  });
}

it("a lost connection leaves the transactions on the others alone", async () => {
  const asleep = database.db.transaction((tx) => tx.execute(sql`select pg_sleep(20)`)).then(() => "committed", codeOf);
  const other = database.db.transaction(async (tx) => {
    await tx.execute(sql`create temporary table own (n int) on commit drop`);
    await pause(250);
    await tx.execute(sql`insert into own values (1)`);
    return tx.execute(sql`select n from own`);
  });
  await pause(100);
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()`;
  expect(await asleep).toMatch(/CONNECTION_CLOSED|57P01/);
  expect([...(await other)]).toEqual([{ n: 1 }]);
});

it("refuses a transaction within a transaction", async () => {
  const nested = database.db.transaction((tx) => tx.transaction((inner) => inner.execute(sql`select 1`)));
  await expect(nested).rejects.toThrow("within a transaction");
});
