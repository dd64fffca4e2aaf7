import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { fakeTarget, sagaAt, settleAt, stateIn, stepsIn } from "./fake-target.ts";
import { seedGate, seedIntent, unaudited } from "./saga-world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

it("a clock set back while a step is with a worker makes no other worker take it, and it is done once", async () => {
  const flow = [{ name: "make", kind: "create", title: "Make it" } as const];
  const fake = fakeTarget();
  await seedGate(database.admin, { target: "fake" });
  await database.setClock("1 hour");
  const seeded = await seedIntent(database.admin, { flow });
  const others: boolean[] = [];
  fake.trouble("make", async () => {
    await database.setClock("0");
    others.push(await sagaAt(database, fake, flow).runOne());
    await database.setClock("-1 hour");
    others.push(await sagaAt(database, fake, flow).runOne());
  });
  expect(await sagaAt(database, fake, flow).runOne()).toBe(true);
  expect(others).toEqual([false, false]);
  await settleAt(database, fake, { steps: flow });
  expect(fake.did).toEqual(["make"]);
  expect(await stepsIn(database.admin, seeded)).toMatchObject([{ state: "done" }]);
  expect(await stateIn(database.admin, seeded)).toMatchObject({ intent: "done", request: "live", identity: "live" });
  expect(await unaudited(database.admin)).toBe(0);
});
