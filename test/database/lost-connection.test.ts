import { setTimeout as pause } from "node:timers/promises";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
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
/** Where a transaction stands: it has written, and later its connection has been taken. */
interface Course {
  wrote(): void;
  readonly taken: Promise<void>;
}
const insert = (tx: Tx) => tx.execute(sql`insert into written values (1)`);
const write = async (tx: Tx, course: Course) => {
  await insert(tx);
  course.wrote();
};

const moments: Readonly<Record<string, (tx: Tx, course: Course) => Promise<unknown>>> = {
  "while a statement runs": async (tx, course) => {
    await write(tx, course);
    await tx.execute(sql`select pg_sleep(20)`);
  },
  "while a statement with parameters runs": async (tx, course) => {
    await write(tx, course);
    await tx.execute(sql`select pg_sleep(${20}::float8)`);
  },
  "while statements that it knows are sent side by side": async (tx, course) => {
    const one = (seconds: number) => tx.execute(sql`select pg_sleep(${seconds}::float8)`);
    await one(0);
    await write(tx, course);
    await Promise.all([one(20), one(0), one(0)]);
  },
  "between two statements": async (tx, course) => {
    await write(tx, course);
    await course.taken;
    await insert(tx);
  },
  "before its end": async (tx, course) => {
    await write(tx, course);
    await course.taken;
  },
  "before it is taken back": async (tx, course) => {
    await write(tx, course);
    await course.taken;
    throw new Error("of its own");
  },
  "and goes on as if nothing were": async (tx, course) => {
    await write(tx, course);
    await tx.execute(sql`select pg_sleep(20)`).catch(() => undefined);
    await Promise.allSettled([insert(tx), insert(tx)]);
  },
};

/**
 * Three transactions side by side whose connections are taken once each has written; how each ended. One that is told at its
 * start how the last connection ended never writes, and has ended by that.
 */
async function interrupted(act: (tx: Tx, course: Course) => Promise<unknown>): Promise<readonly string[]> {
  const { promise: taken, resolve: take } = Promise.withResolvers<void>();
  const stand = [1, 2, 3].map(() => ({ wrote: false, ended: false }));
  const running = Promise.all(
    stand.map(async (mine) => {
      const wrote = () => {
        mine.wrote = true;
      };
      const end = await database.db.transaction((tx) => act(tx, { wrote, taken })).then(() => "committed", codeOf);
      mine.ended = true;
      return end;
    }),
  );
  await expect.poll(() => stand.every((one) => one.wrote || one.ended), { timeout: 20_000 }).toBe(true);
  const open = stand.filter((one) => !one.ended).length;
  for (let ended = 0; ended < open; await pause(10)) ended += (await terminate()).length;
  // The client hears of it a moment later; what waits goes on then.
  await pause(50);
  take();
  return running;
}

for (const [moment, act] of Object.entries(moments)) {
  it(`a transaction that loses its connection ${moment} fails, leaves nothing, and the pool goes on`, async () => {
    for (let round = 0; round < 4; round += 1) {
      for (const ended of await interrupted(act)) expect(ended).toMatch(/^(CONNECTION_CLOSED|57P01|ECONNRESET)$/);
      // The first statement on a new connection may be told how the last one ended; it was not run.
      await expect
        .poll(() => database.db.execute(sql`select 1 as n`).then((rows) => rows[0], codeOf))
        .toEqual({ n: 1 });
    }
    expect(uncaught).toEqual([]);
    expect(await admin`select * from written`).toHaveLength(0);
  });
}

const sleepers = () =>
  admin`select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and state = 'active' and pid <> pg_backend_pid()`;

it("what is sent side by side after another's connection was lost keeps its order", async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const asleep = database.db.transaction((tx) => tx.execute(sql`select pg_sleep(20)`)).then(() => "committed", codeOf);
  const other = database.db.transaction(async (tx) => {
    await tx.execute(sql`create temporary table own (n int) on commit drop`);
    await gone;
    const [, seen] = await Promise.all([
      tx.execute(sql`insert into own values (1)`),
      tx.execute<{ n: number }>(sql`select n from own`),
    ]);
    return seen.map(({ n }) => n);
  });
  for (let ended = 0; ended < 1; await pause(10)) ended += (await sleepers()).length;
  expect(await asleep).toMatch(/CONNECTION_CLOSED|57P01/);
  resolve();
  expect(await other).toEqual([1]);
});

it("a lost connection leaves the transactions on the others alone", async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const asleep = database.db.transaction((tx) => tx.execute(sql`select pg_sleep(20)`)).then(() => "committed", codeOf);
  const other = database.db.transaction(async (tx) => {
    await tx.execute(sql`create temporary table own (n int) on commit drop`);
    await gone;
    await tx.execute(sql`insert into own values (1)`);
    return tx.execute(sql`select n from own`);
  });
  for (let ended = 0; ended < 1; await pause(10)) ended += (await sleepers()).length;
  expect(await asleep).toMatch(/CONNECTION_CLOSED|57P01/);
  resolve();
  expect([...(await other)]).toEqual([{ n: 1 }]);
});

it("refuses a transaction within a transaction", async () => {
  const nested = database.db.transaction((tx) => tx.transaction((inner) => inner.execute(sql`select 1`)));
  await expect(nested).rejects.toThrow("within a transaction");
});

it("refuses what is sent once its transaction is over, as by a read beside one that failed", async () => {
  let late: Promise<unknown> | undefined;
  const ended = database.db.transaction(async (tx) => {
    const slow = tx.execute(sql`select 1`).then(() => insert(tx));
    late = slow.catch(codeOf);
    await Promise.all([tx.execute(sql`select 1 / 0`), slow]);
  });
  expect(await ended.then(() => "committed", codeOf)).toBe("22012");
  expect(await late).toBeDefined();
  let kept: Tx | undefined;
  await database.db.transaction(async (tx) => {
    kept = tx;
  });
  expect(kept && (await insert(kept).then(() => "written", codeOf))).toBe("CONNECTION_CLOSED");
  expect(await admin`select * from written`).toHaveLength(0);
});

describe("what the server keeps of a transaction's statements", () => {
  const known = (tx: Tx, said: string) =>
    tx.execute(
      sql`select 1 from pg_prepared_statements where statement like ${`%${said}%`} and statement not like '%pg_prep%'`,
    );

  it("is one with a few values, for its next time", async () => {
    const seen = await database.db.transaction(async (tx) => {
      for (const n of [1, 2]) await tx.execute(sql`select ${n}::int as few`);
      return known(tx, "as few");
    });
    expect(seen).toHaveLength(1);
  });

  it("is none with a long list, whose texts differ by its length", async () => {
    const list = sql.join(
      Array.from({ length: 41 }, (_, n) => sql`${n}`),
      sql`, `,
    );
    const seen = await database.db.transaction(async (tx) => {
      await tx.execute(sql`select 1 as many where '1' in (${list})`);
      return known(tx, "as many");
    });
    expect(seen).toHaveLength(0);
  });
});
