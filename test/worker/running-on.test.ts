import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openDatabase } from "#db/client.ts";
import { someStepWaits } from "#db/store/steps.ts";
import { usualTimes } from "#lib/worker/claiming.ts";
import { createDebits } from "#lib/worker/debits.ts";
import { sweepCalls } from "#lib/worker/sweeps/check-places.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { fakeTarget, flow, sagaAt } from "./fake-target.ts";
import { clearQueue, seedGate, seedIntent } from "./saga-world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
beforeEach(() => clearQueue(database.admin));

const liveOf = async () => {
  const rows = await database.admin`select state from charter.intents where state = 'done'`;
  return rows.length;
};
const until = async (holds: () => Promise<boolean> | boolean) => {
  for (let turn = 0; turn < 400; turn += 1) {
    if (await holds()) return;
    await sleep(25);
  }
  expect.fail("It never came to that.");
};

describe("a worker that runs on", () => {
  it("takes one step after the other without a hint, and ends with what it has in hand", async () => {
    await seedGate(database.admin, { target: "fake" });
    const fake = fakeTarget();
    await seedIntent(database.admin, { flow });
    await seedIntent(database.admin, { flow });
    const before = await liveOf();
    const stop = new AbortController();
    const running = sagaAt(database, fake).run(stop.signal);
    await until(async () => (await liveOf()) === before + 2);
    expect(fake.did).toHaveLength(2 * flow.length);
    stop.abort();
    await running;
  });

  it("goes on with other targets while one answers none of as many calls as its gate lets run", async () => {
    await seedGate(database.admin, { target: "fake", maxRunning: 5 });
    await seedGate(database.admin, { target: "slow", maxRunning: 5 });
    const fake = fakeTarget();
    let answer = () => {};
    const open = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let hanging = 0;
    fake.trouble(
      "make",
      ...Array.from({ length: 6 }, () => async ({ intent }: { readonly intent: { readonly target: string } }) => {
        if (intent.target !== "slow") return;
        hanging += 1;
        await open;
      }),
    );
    for (let n = 0; n < 6; n += 1) await seedIntent(database.admin, { flow, target: "slow" });
    const stop = new AbortController();
    const saga = sagaAt(database, fake);
    const running = saga.run(stop.signal);
    await until(() => hanging === 4);
    const before = await liveOf();
    await seedIntent(database.admin, { flow });
    saga.wake();
    await until(async () => (await liveOf()) === before + 1);
    expect(hanging).toBe(4);
    answer();
    stop.abort();
    await running;
  });

  it("disables at once while as much is being provisioned at targets that do not answer as they all let run", async () => {
    const slow = ["slow-one", "slow-two", "slow-three"];
    for (const target of ["fake", ...slow]) await seedGate(database.admin, { target, maxRunning: 5 });
    const fake = fakeTarget();
    let answer = () => {};
    const open = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let hanging = 0;
    const hang = async () => {
      hanging += 1;
      await open;
    };
    fake.trouble("make", ...Array.from({ length: 15 }, () => hang));
    for (const target of slow) for (let n = 0; n < 5; n += 1) await seedIntent(database.admin, { flow, target });
    const stop = new AbortController();
    const saga = sagaAt(database, fake);
    const running = saga.run(stop.signal);
    await until(() => hanging === 8);
    await seedIntent(database.admin, { flow: [{ name: "disable", kind: "disable", title: "Disable it" }] });
    saga.wake();
    await until(() => fake.did.includes("disable"));
    expect([hanging, fake.did]).toEqual([8, ["disable"]]);
    answer();
    stop.abort();
    await running;
  });

  it("looks again soon when another worker holds the gate while something is due", async () => {
    await seedGate(database.admin, { target: "fake" });
    const saga = sagaAt(database, fakeTarget());
    const seeded = seedIntent(database.admin, { flow });
    await database.admin.begin(async (sql) => {
      await sql`select from charter.gates where target = 'fake' for update`;
      await seeded;
      expect(await saga.runOne()).toBe(false);
      expect(await someStepWaits(database.worker, usualTimes)).toBe(true);
    });
    expect(await saga.runOne()).toBe(true);
    await clearQueue(database.admin);
    expect(await someStepWaits(database.worker, usualTimes)).toBe(false);
  });
});

describe("debits of one worker", () => {
  const gate = (tokens: number, rate = 0.000001) =>
    database.admin`insert into charter.gates (target, max_running, rate, burst, reserve, tokens, refilled_at)
      values ('few', 4, ${rate}, 60, 2, ${tokens}, clock_timestamp())
      on conflict (tenant, target) do update set tokens = excluded.tokens, refilled_at = excluded.refilled_at, rate = excluded.rate`;

  it("that come at once take what there is, above the reserve, and who asked first is paid first", async () => {
    await gate(9);
    const debit = createDebits(database.worker);
    const paid = await Promise.all(Array.from({ length: 12 }, () => debit("few", 1)));
    expect(paid).toEqual([...Array(7).fill(true), ...Array(5).fill(false)]);
    expect(await Promise.all([debit("few", 0), debit("few", 0), debit("few", 0)])).toEqual([true, true, false]);
    expect(await debit("few", 0)).toBe(false);
  });

  it("of two workers never take more than there is", async () => {
    await gate(32);
    const [one, other] = [createDebits(database.worker), createDebits(database.worker)];
    const paid = await Promise.all(Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? one : other)("few", 1)));
    expect(paid.filter((was) => was)).toHaveLength(30);
  });

  const held = async () => {
    const [row] = await database.admin`select tokens::int as n from charter.gates where target = 'few'`;
    return row?.n;
  };
  const inTurn = async (debit: ReturnType<typeof createDebits>, times: number) => {
    const paid: boolean[] = [];
    for (let n = 0; n < times; n += 1) paid.push(await debit("few", 1));
    return paid.filter((was) => was).length;
  };

  const kept = { keptMs: 600_000 };
  /** What the gate holds after so many debits more, each time. */
  const heldAfter = async (debit: ReturnType<typeof createDebits>, ...times: readonly number[]) => {
    const left: unknown[] = [];
    for (const more of times) {
      expect(await inTurn(debit, more)).toBe(more);
      left.push(await held());
    }
    return left;
  };

  it("that follow each other fast are taken ahead, as many as there were of late and eight at most", async () => {
    // It is full again before each.
    await gate(60, 1_000_000);
    const debit = createDebits(database.worker, kept);
    expect(await heldAfter(debit, 1, 1, 1, 1, 3, 1, 7, 1, 8)).toEqual([59, 58, 58, 56, 56, 52, 52, 51, 51]);
    expect(await heldAfter(debit, 1, 8)).toEqual([51, 51]);
  });

  it("are taken ahead as the gate makes up for in the time they are kept: three here, none where it is slow", async () => {
    await gate(60, 0.005);
    expect(await heldAfter(createDebits(database.worker, kept), 1, 1, 1, 1, 3, 1, 3)).toEqual([
      59, 57, 57, 53, 53, 49, 49,
    ]);
    await gate(60, 0.001);
    expect(await heldAfter(createDebits(database.worker, kept), 10)).toEqual([50]);
  });

  it("of what disables are never taken ahead, since its last ones are the reserve", async () => {
    await gate(20, 0.005);
    const debit = createDebits(database.worker, kept);
    for (let n = 0; n < 6; n += 1) expect(await debit("few", 0)).toBe(true);
    expect(await held()).toBe(14);
  });

  it("that were taken ahead and are not spent in time are lost to the gate", async () => {
    await gate(20, 0.005);
    const debit = createDebits(database.worker, kept);
    expect(await heldAfter(debit, 4)).toEqual([13]);
    const later = performance.now() + kept.keptMs + 60_000;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => later);
    try {
      expect(await heldAfter(debit, 1)).toEqual([12]);
    } finally {
      clock.mockRestore();
    }
  });

  it("of a gate that is not there never wait, and one whose database is gone fails and the next is asked again", async () => {
    const debit = createDebits(database.worker);
    expect(await Promise.all([debit("no-such-gate", 1), debit("no-such-gate", 1)])).toEqual([true, true]);
    let refuses = true;
    const broken = new Proxy(database.worker, {
      get: (db, key) =>
        key === "execute" && refuses ? () => Promise.reject(new Error("gone")) : Reflect.get(db, key, db),
    });
    const of = createDebits(broken);
    expect(await Promise.allSettled([of("few", 1), of("few", 1)])).toMatchObject([
      { status: "rejected" },
      { status: "rejected" },
    ]);
    refuses = false;
    await gate(10);
    expect(await of("few", 1)).toBe(true);
  });

  const unanswered = {
    ...{ name: "TargetFault", kind: "unavailable", code: "gate-unanswered" },
    sentence: "The portal's database did not say in time whether a call is left here.",
  };

  it("that hang with their connection are given up, and those behind them are paid over another one", async () => {
    await gate(30);
    const wire = await freezable(database.workerUrl);
    const pool = openDatabase(wire.url, { applicationName: "test-frozen", max: 2, prepares: true });
    try {
      const debit = createDebits(pool.db, { withinMs: 500 });
      expect(await debit("few", 1)).toBe(true);
      // Its connection is free again, so that the next goes over it.
      await sleep(50);
      wire.freeze();
      const hung = debit("few", 1);
      const behind = Promise.all([debit("few", 1), debit("few", 1)]);
      const elsewhere = debit("no-such-gate", 1);
      await expect(hung).rejects.toMatchObject(unanswered);
      expect([await behind, await elsewhere]).toEqual([[true, true], true]);
    } finally {
      await pool.sql.end({ timeout: 0 });
      wire.close();
    }
  });

  it("that wait for another's lock are given up, here and in the database, and paid once it is gone", async () => {
    await gate(30);
    const debit = createDebits(database.worker, { withinMs: 300 });
    await database.admin.begin(async (sql) => {
      await sql`select from charter.gates where target = 'few' for update`;
      const given = [debit("few", 1), debit("few", 0)];
      for (const one of given) await expect(one).rejects.toMatchObject(unanswered);
      await until(async () => (await waiting()) === 0);
    });
    expect(await Promise.all([debit("few", 1), debit("few", 0)])).toEqual([true, true]);
  });

  it("of a sweep are given up as well, with words about the portal's own database", async () => {
    await gate(30);
    const calls = sweepCalls({ db: database.worker }, "few");
    const called = () => calls.make("list", async () => "called");
    await database.admin.begin(async (sql) => {
      await sql`select from charter.gates where target = 'few' for update`;
      await expect(called()).rejects.toMatchObject(unanswered);
    });
    expect(await called()).toBe("called");
  }, 40_000);

  const waiting = async () => {
    const [row] = await database.admin`select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    return row?.n;
  };
});

/** The database behind a wire: once frozen, what was connected neither gets through nor ends; what comes later does get through. */
async function freezable(url: string) {
  const to = new URL(url);
  const open: (readonly [Socket, Socket])[] = [];
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    for (const socket of [near, far]) socket.on("error", () => socket.destroy());
    near.pipe(far).pipe(near);
    open.push([near, far]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: Object.assign(new URL(url), { hostname: "127.0.0.1", port: String(port) }).href,
    freeze: () => {
      for (const [near, far] of open) near.unpipe(far).pause();
    },
    close: () => {
      for (const socket of open.flat()) socket.destroy();
      server.close();
    },
  };
}
