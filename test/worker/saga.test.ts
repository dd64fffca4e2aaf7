import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Squatter, type StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { retry } from "#lib/facts/steps/retry.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { type Fake, fakeTarget, flow, retirement, sagaAt, settleAt, stateIn, stepsIn } from "./fake-target.ts";
import { clearQueue, passTime, type SeededIntent, seedGate, seedIntent, unaudited } from "./saga-world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

let fake: Fake;
beforeEach(async () => {
  fake = fakeTarget();
  await clearQueue(database.admin);
  await seedGate(database.admin, { target: "fake" });
});

const sagaOf = (mine: Fake, steps = flow) => sagaAt(database, mine, steps);
const settle = (mine: Fake, steps = flow, turns = 60) => settleAt(database, mine, { steps, turns });
const stateOf = (seeded: SeededIntent) => stateIn(database.admin, seeded);
const stepsOf = (seeded: SeededIntent) => stepsIn(database.admin, seeded);

describe("an intent whose steps all work", () => {
  it("is done step by step in order, power last, and leaves inventory and an entry for every change", async () => {
    const seeded = await seedIntent(database.admin, { flow });
    await settle(fake);
    expect(fake.did).toEqual(["make", "label", "empower", "verify"]);
    expect(await stateOf(seeded)).toMatchObject({ intent: "done", request: "live", identity: "live" });
    const objects =
      await database.admin`select state, external_id from charter.objects where identity = ${seeded.identity}`;
    expect(objects).toEqual([{ state: "powerless", external_id: `ext-${seeded.plan.name}` }]);
    expect(await unaudited(database.admin)).toBe(0);
  });
});

describe("a target that answers badly", () => {
  it.each(["throttled", "unavailable", "conflict"] as const)("is tried again after %s, without limit", async (kind) => {
    fake.trouble("label", ...Array.from({ length: 9 }, () => new TargetFault(kind, "X", "Not now.")));
    const seeded = await seedIntent(database.admin, { flow });
    await settle(fake);
    expect(fake.did).toEqual(["make", "label", "empower", "verify"]);
    expect((await stateOf(seeded)).request).toBe("live");
  });

  it("keeps an intent whose answer was lost, as ambiguous, and repeats it", async () => {
    fake.trouble("label", new TargetFault("ambiguous", "reset", "No answer."));
    const seeded = await seedIntent(database.admin, { flow });
    const saga = sagaOf(fake);
    await saga.runOne();
    await saga.runOne();
    expect((await stepsOf(seeded))[1]).toMatchObject({ state: "ambiguous", attempts: 1 });
    await settle(fake);
    expect((await stateOf(seeded)).request).toBe("live");
  });

  it.each([
    ["at once when a right is missing", "denied", 1, true],
    ["not yet after five busy answers", "throttled", 5, false],
    ["after six busy answers", "throttled", 6, true],
  ] as const)("is shown to people as stuck %s", async (_, kind, times, stuck) => {
    fake.trouble("make", ...Array.from({ length: 20 }, () => new TargetFault(kind, "X", "No.")));
    const seeded = await seedIntent(database.admin, { flow });
    const saga = sagaOf(fake);
    for (let n = 0; n < times; n += 1) {
      await passTime(database.admin);
      await saga.runOne();
    }
    const [step] = await stepsOf(seeded);
    expect(step?.stuck_at !== null).toBe(stuck);
    expect(step?.state).toBe("ready");
    fake.trouble("make");
    await settle(fake);
    expect((await stepsOf(seeded))[0]?.stuck_at).toBeNull();
  });

  it("adds nothing at a target whose entry is no longer the approved one, says so, and goes on once it is back", async () => {
    fake.entry = "another account";
    const seeded = await seedIntent(database.admin, { flow });
    await sagaOf(fake).runOne();
    const [held] = await stepsOf(seeded);
    expect(fake.did).toEqual([]);
    expect(held?.stuck_at).not.toBeNull();
    expect(held?.fault).toMatchObject({ code: "entry-changed" });
    fake.entry = "t";
    await settle(fake);
    expect((await stateOf(seeded)).request).toBe("live");
  });

  it("runs a waiting step at once when a person asks, and refuses that for one that runs or is done", async () => {
    fake.trouble(
      "make",
      new TargetFault("denied", "AccessDenied", { sentence: "A right is missing.", retryAfterMs: 600_000 }),
    );
    const seeded = await seedIntent(database.admin, { flow });
    await sagaOf(fake).runOne();
    expect(await sagaOf(fake).runOne()).toBe(false);
    const context = {
      db: database.worker,
      actor: system,
      subject: { noun: "step", id: seeded.steps[0] ?? "" },
      newId: randomUUID,
    } as const;
    await runFact(context, retry, { step: seeded.steps[0] ?? "" });
    await settle(fake);
    expect((await stateOf(seeded)).request).toBe("live");
    expect(await runFact(context, retry, { step: seeded.steps[0] ?? "" })).toMatchObject({
      refusals: [{ code: "conflict" }],
    });
  });
});

describe("a provisioning that cannot be done", () => {
  const invalid = new TargetFault("invalid", "MalformedPolicy", "The target refuses the permissions document.");

  it("is taken back in reverse, its own step first, and fails in words", async () => {
    fake.trouble("empower", invalid);
    const seeded = await seedIntent(database.admin, { flow });
    await settle(fake);
    expect(fake.did).toEqual(["make", "label", "undo empower", "undo label", "undo make"]);
    expect(await stateOf(seeded)).toMatchObject({
      intent: "failed",
      request: "failed",
      identity: "failed",
      detail: { sentence: invalid.sentence },
    });
    expect((await stepsOf(seeded)).map(({ state }) => state)).toEqual(["undone", "undone", "undone", "waiting"]);
    expect(await unaudited(database.admin)).toBe(0);
  });

  it("is taken back for ever when taking back fails, in lane 0 and shown as stuck", async () => {
    fake.trouble("label", invalid);
    fake.trouble("undo make", ...Array.from({ length: 30 }, () => new TargetFault("unavailable", "503", "Down.")));
    const seeded = await seedIntent(database.admin, { flow });
    await settle(fake, flow, 40);
    expect((await stepsOf(seeded))[0]).toMatchObject({
      state: "ready",
      undoing: true,
      lane: 0,
      stuck_at: expect.anything(),
    });
    expect((await stateOf(seeded)).request).toBe("provisioning");
    fake.trouble("undo make");
    await settle(fake);
    expect((await stateOf(seeded)).detail.sentence).toBe(invalid.sentence);
  });

  it("is not taken back once it has power: it is stuck, and tried again", async () => {
    fake.trouble("verify", invalid, invalid);
    const seeded = await seedIntent(database.admin, { flow });
    const saga = sagaOf(fake);
    for (let n = 0; n < 4; n += 1) await saga.runOne();
    expect((await stepsOf(seeded))[3]).toMatchObject({ state: "ready", stuck_at: expect.anything() });
    await settle(fake);
    expect(await stateOf(seeded)).toMatchObject({ request: "live" });
    expect(fake.did.some((name) => name.startsWith("undo"))).toBe(false);
  });
});

describe("a name that is already taken by something that is not ours", () => {
  it("stops, is reported by the business clock and never touched; what was ours before it is taken back", async () => {
    await database.setClock("15 days");
    fake.trouble("label", new Squatter("role/x", "it carries no mark"));
    const seeded = await seedIntent(database.admin, { flow });
    await settle(fake);
    expect(fake.did).toEqual(["make", "undo make"]);
    expect((await stateOf(seeded)).detail.sentence).toContain("not ours");
    expect((await stepsOf(seeded))[1]?.state).toBe("failed");
    const [finding] = await database.admin`
      select kind, object, charter.clock() - opened_at < interval '1 day' as new from charter.findings where identity = ${seeded.identity}`;
    await database.setClock("0");
    expect(finding).toEqual({ kind: "squatter", object: "role/x", new: true });
  });
  it("leaves nothing to take back when it is met first", async () => {
    fake.trouble("make", new Squatter("role/y", "it is older than the request"));
    const seeded = await seedIntent(database.admin, { flow });
    await settle(fake);
    expect(fake.did).toEqual([]);
    expect(await stateOf(seeded)).toMatchObject({ intent: "failed", request: "failed", identity: "failed" });
  });
});

describe("a retirement", () => {
  it("disables at once and removes only after its hold", async () => {
    const born = await seedIntent(database.admin, { flow });
    await settle(fake);
    const seeded = await seedIntent(database.admin, {
      flow: retirement,
      kind: "retire",
      of: born,
      change: { holdDays: 14 },
    });
    await settle(fake, retirement);
    expect(fake.did.at(-1)).toBe("disable");
    const [held] =
      await database.admin`select state, remove_at > now() + interval '13 days' as held from charter.identities where id = ${born.identity}`;
    expect(held).toEqual({ state: "retiring", held: true });
    expect(await sagaOf(fake, retirement).runOne()).toBe(false);
    await database.setClock("15 days");
    await settle(fake, retirement);
    await database.setClock("0");
    expect(fake.did.at(-1)).toBe("remove");
    expect(await stateOf(seeded)).toMatchObject({ request: "done", identity: "retired" });
  });
});

describe("a worker paused past its lease", () => {
  it("sends no further call, changes no row, and the one that took over ends the step", async () => {
    const seeded = await seedIntent(database.admin, { flow });
    const other = fakeTarget();
    fake.trouble("make", async (work: StepWork) => {
      await passTime(database.admin);
      const saga = sagaOf(other);
      for (let n = 0; n < 6; n += 1) await saga.runOne();
      await expect(work.checkpoint({ late: true })).rejects.toThrow(/^$/);
      return undefined;
    });
    await sagaOf(fake).runOne();
    expect(other.did[0]).toBe("make");
    expect((await stateOf(seeded)).request).toBe("live");
    const [row] =
      await database.admin`select facts ? 'late' as late, fence from charter.steps where id = ${seeded.steps[0] ?? ""}`;
    expect(row).toEqual({ late: false, fence: 2 });
  });
});
