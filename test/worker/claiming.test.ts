import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "#db/client.ts";
import { claimStep, debitGateUpTo, renewLease } from "#db/store/steps.ts";
import type { FlowStep } from "#lib/connectors/connector.ts";
import { claim, usualTimes } from "#lib/worker/claiming.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { clearQueue, seedGate, seedIntent } from "./saga-world.ts";

let database: TestDatabase;
let admin: postgres.Sql;
let many: Database;
beforeAll(async () => {
  database = await testDatabase();
  admin = database.admin;
  many = openDatabase(database.workerUrl, { applicationName: "test-many", max: 16 });
});
afterAll(async () => {
  await many.close();
  await database.close();
});
beforeEach(() => clearQueue(admin));

const make: FlowStep[] = [{ name: "make", kind: "create", title: "Make it" }];
const disable: FlowStep[] = [{ name: "disable", kind: "disable", title: "Disable it" }];
const usual = { ahead: 0, keptMs: 250, withinMs: 10_000 };
const debited = async (target: string, lane: 0 | 1) =>
  (await debitGateUpTo(many.db, target, { ...usual, lane, asked: 1 })) > 0;
const claimOne = () => claimStep(many.db, randomUUID(), usualTimes);
const claims = (n: number) => Promise.all(Array.from({ length: n }, claimOne));
/** Everything that can be taken now: clients that meet a gate in another's hand come again. */
const taken = async (n: number) => {
  const all: NonNullable<Awaited<ReturnType<typeof claimOne>>>[] = [];
  for (;;) {
    const round = (await claims(n)).filter((row) => row !== null);
    if (round.length === 0) return all;
    all.push(...round);
  }
};
const runningNow = async (target: string) => {
  const [row] =
    await admin`select count(*)::int as n from charter.steps where target = ${target} and state in ('claimed', 'sent') and lease_until > clock_timestamp()`;
  return row?.n as number;
};
const seed = async (n: number, target: string, flow = make) => {
  for (let i = 0; i < n; i += 1) await seedIntent(admin, { flow, target });
};

describe("a gate's slots", () => {
  it("are never exceeded by 16 clients at a limit of 2, one slot being lane 0's", async () => {
    await seedGate(admin, { target: "narrow", maxRunning: 2 });
    await seed(24, "narrow");
    await seed(24, "narrow", disable);
    let most = 0;
    let done = 0;
    const client = async () => {
      for (let idle = 0; idle < 200 && done < 48; ) {
        const row = await claimOne();
        if (row === null) {
          idle += 1;
          await sleep(3);
          continue;
        }
        // Held until a second one runs beside it, so that the limit is seen to be used on a busy machine too.
        for (let look = 0; look < 40 && most < 2; look += 1) {
          most = Math.max(most, await runningNow("narrow"));
          await sleep(5);
        }
        most = Math.max(most, await runningNow("narrow"));
        await admin.begin(async (sql) => {
          await sql`set local session_replication_role = replica`;
          await sql`update charter.steps set state = 'done', lease_until = null where id = ${row.id}`;
        });
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: 16 }, client));
    expect(done).toBe(48);
    expect(most).toBeLessThanOrEqual(2);
    expect(most).toBe(2);
  });

  it("leave the last one to lane 0", async () => {
    await seedGate(admin, { target: "slots", maxRunning: 3 });
    await seed(5, "slots");
    expect(await taken(16)).toHaveLength(2);
    await seed(2, "slots", disable);
    expect((await taken(16)).map((row) => row.lane)).toEqual([0]);
  });
});

describe("a gate's tokens", () => {
  it("are kept for lane 0 up to the reserve", async () => {
    await seedGate(admin, { target: "tokens", maxRunning: 50, rate: 0.0001, burst: 5, tokens: 5, reserve: 2 });
    await seed(6, "tokens");
    expect(await taken(16)).toHaveLength(3);
    await seed(3, "tokens", disable);
    expect((await taken(16)).map((row) => row.lane)).toEqual([0, 0]);
    expect(await taken(4)).toHaveLength(0);
  });

  it("are debited by polls inside a step too, and a gate that is not configured never waits", async () => {
    await seedGate(admin, { target: "polls", rate: 0.0001, burst: 4, tokens: 4, reserve: 2 });
    expect([await debited("polls", 1), await debited("polls", 1), await debited("polls", 1)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([await debited("polls", 0), await debited("polls", 0), await debited("polls", 0)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await debited("no-such-gate", 1)).toBe(true);
  });

  it("are taken several at once as far as there are above the reserve", async () => {
    await seedGate(admin, { target: "many", rate: 0.0001, burst: 9, tokens: 9, reserve: 2 });
    const take = (lane: 0 | 1, asked: number) => debitGateUpTo(many.db, "many", { ...usual, lane, asked });
    expect([await take(1, 4), await take(1, 4), await take(1, 4)]).toEqual([4, 3, 0]);
    expect([await take(0, 1), await take(0, 4), await take(0, 4)]).toEqual([1, 1, 0]);
    expect(await debitGateUpTo(many.db, "no-such-gate", { ...usual, lane: 1, asked: 4, ahead: 8 })).toBe(4);
  });

  it("come back at the gate's rate", async () => {
    await seedGate(admin, { target: "refill", rate: 0.0001, burst: 4, tokens: 0, reserve: 1 });
    await admin`update charter.gates set refilled_at = clock_timestamp() - interval '20000 seconds' where target = 'refill'`;
    expect(await debited("refill", 0)).toBe(true);
    expect(await debited("refill", 0)).toBe(true);
    expect(await debited("refill", 0)).toBe(false);
  });
});

describe("disabling", () => {
  it("never waits behind provisioning", async () => {
    await seedGate(admin, { target: "lanes", maxRunning: 4 });
    await seed(10, "lanes");
    await seed(1, "lanes", disable);
    expect((await claimOne())?.lane).toBe(0);
  });
  it("of one target does not wait for another target's full gate", async () => {
    await seedGate(admin, { target: "full", maxRunning: 2 });
    await seedGate(admin, { target: "free", maxRunning: 2 });
    await seed(9, "full");
    await taken(8);
    await seed(1, "free", disable);
    expect((await claimOne())?.target).toBe("free");
  });
  it("waits for nothing but a closed gate", async () => {
    await seedGate(admin, { target: "shut" });
    await admin`update charter.gates set open = false where target = 'shut'`;
    await seed(1, "shut", disable);
    expect(await claimOne()).toBeNull();
    await admin`update charter.gates set open = true where target = 'shut'`;
    expect((await claimOne())?.target).toBe("shut");
  });
});

describe("a lease", () => {
  const age = (step: string, interval: string, state: string) =>
    admin.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update charter.steps set state = ${state}, lease_until = clock_timestamp() - ${interval}::interval where id = ${step}`;
    });
  it("that ended is taken over only once a call could no longer run", async () => {
    await seedGate(admin, { target: "lease" });
    const { steps } = await seedIntent(admin, { flow: make, target: "lease" });
    const step = steps[0] ?? "";
    expect(await claimOne()).toMatchObject({ id: step, fence: 1 });
    await age(step, "5 seconds", "claimed");
    expect(await claimOne()).toBeNull();
    await age(step, "21 seconds", "claimed");
    expect(await claimOne()).toMatchObject({ id: step, fence: 2 });
  });
  it("of a sent step that ended makes it ambiguous, with an entry, and then due", async () => {
    await seedGate(admin, { target: "sent" });
    const { steps } = await seedIntent(admin, { flow: make, target: "sent" });
    const step = steps[0] ?? "";
    await claimOne();
    await age(step, "21 seconds", "sent");
    expect(await claimOne()).toBeNull();
    const taken = await claim(many.db, { worker: randomUUID(), times: usualTimes, newId: randomUUID, looksBack: true });
    expect(taken?.row).toMatchObject({ id: step, fence: 2 });
    const entries = await admin`select action from charter.audit_entries where aggregate = ${step}`;
    expect(entries.map(({ action }) => action)).toEqual(["step.left"]);
  });
  it("is prolonged by its holder alone, and not once it has ended", async () => {
    await seedGate(admin, { target: "renew" });
    const { steps } = await seedIntent(admin, { flow: make, target: "renew" });
    const step = steps[0] ?? "";
    await claimOne();
    expect(await renewLease(many.db, { step, fence: 2 }, 60_000)).toBe(false);
    expect(await renewLease(many.db, { step, fence: 1 }, 60_000)).toBe(true);
    await age(step, "1 millisecond", "claimed");
    expect(await renewLease(many.db, { step, fence: 1 }, 60_000)).toBe(false);
  });
});
