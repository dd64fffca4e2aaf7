import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stuckAmong } from "#db/read/stuck.ts";
import { insertAsk } from "#db/store/claims.ts";
import type { StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { LostLease } from "#lib/facts/steps/lost-lease.ts";
import { createInbox } from "#lib/worker/inbox.ts";
import { openScenario, type Scenario } from "../facts/scenario.ts";
import { type Fake, fakeTarget, flow, retirement, sagaAt, settleAt, stateIn, stepsIn } from "./fake-target.ts";
import { clearQueue, passTime, type SeededIntent, seedGate, seedIntent, unaudited } from "./saga-world.ts";

let scenario: Scenario;
let fake: Fake;
beforeAll(async () => {
  scenario = await openScenario();
  await scenario.signIn("ida.holm", ["operator"]);
  await scenario.signIn("mara.lind", ["security"]);
  await scenario.signIn("ravi.menon", ["auditor"]);
  await scenario.signIn("amara.obi");
}, 60_000);
afterAll(() => scenario.database.close());
beforeEach(async () => {
  fake = fakeTarget();
  await clearQueue(scenario.database.admin);
  await seedGate(scenario.database.admin, { target: "fake" });
});

const denied = new TargetFault("denied", "AccessDenied", "The portal may not label it.");
const stateOf = (seeded: SeededIntent) => stateIn(scenario.database.admin, seeded);
const stepsOf = (seeded: SeededIntent) => stepsIn(scenario.database.admin, seeded);
const settle = () => settleAt(scenario.database, fake);

/** A provisioning whose second step has met `trouble`, and is stuck if that is a missing right. */
async function met(...trouble: unknown[]): Promise<SeededIntent> {
  fake.trouble("label", ...trouble);
  const seeded = await seedIntent(scenario.database.admin, { flow });
  const saga = sagaAt(scenario.database, fake);
  await saga.runOne();
  await saga.runOne();
  return seeded;
}
/** This person's ask lies before the workers; nobody has taken it yet. */
async function asks(person: string, { request }: SeededIntent): Promise<string> {
  const id = randomUUID();
  const ask = { id, kind: "take-back", subject: request, person: scenario.id(person) } as const;
  await scenario.database.web.transaction((tx) => insertAsk(tx, ask));
  return id;
}
const take = () =>
  createInbox({
    ...scenario.worker,
    keys: () => Promise.reject(new Error("Nobody signs in here.")),
    granted: async () => undefined,
  }).drain();
async function answerTo(ask: string) {
  const [row] = await scenario.database.admin`select result, refusals from charter.outcomes where subject = ${ask}`;
  return row;
}

describe("a provisioning that is stuck", () => {
  it("is taken back when an operator asks: its own step first, nothing left, and it says why", async () => {
    const seeded = await met(denied);
    const ask = await asks("ida.holm", seeded);
    await take();
    expect(await answerTo(ask)).toMatchObject({ result: "taken" });
    expect(await stateOf(seeded)).toMatchObject({ intent: "undoing", request: "provisioning" });
    await settle();
    expect(fake.did).toEqual(["make", "undo label", "undo make"]);
    expect(await stateOf(seeded)).toMatchObject({
      ...{ intent: "failed", request: "failed", identity: "failed" },
      detail: { sentence: `Taken back while it was stuck: ${denied.sentence}` },
    });
    const left = await scenario.database.admin`select state from charter.objects where identity = ${seeded.identity}`;
    expect(left).toEqual([{ state: "removed" }]);
    const entries = await scenario.entries("step", seeded.steps[1] ?? "");
    expect(entries.slice(-3)).toEqual(["step.undoing", "step.sent", "step.undone"]);
    expect(await unaudited(scenario.database.admin)).toBe(0);
  });

  it("is told from one that goes on, wherever requests are listed", async () => {
    const going = await met();
    await clearQueue(scenario.database.admin);
    const stuck = await met(denied);
    const among = () => stuckAmong(scenario.database.web, [going.request, stuck.request, randomUUID()]);
    expect(await among()).toEqual([stuck.request]);
    expect(await stuckAmong(scenario.database.web, [])).toEqual([]);
    await asks("ida.holm", stuck);
    await take();
    await settle();
    expect(await among()).toEqual([]);
  });

  it("is the owner's to have taken back, and no bystander's", async () => {
    const seeded = await met(denied, denied);
    const ask = await asks("ravi.menon", seeded);
    await take();
    expect(await answerTo(ask)).toMatchObject({ result: "refused", refusals: [{ code: "forbidden" }] });
    expect((await stateOf(seeded)).intent).toBe("running");
    const { admin } = scenario.database;
    await admin.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update charter.identities set owner = ${scenario.id("amara.obi")} where id = ${seeded.identity}`;
    });
    const own = await asks("amara.obi", seeded);
    await take();
    expect(await answerTo(own)).toMatchObject({ result: "taken" });
  });

  it("is taken back once by two people at once, and loses its power first when it has some", async () => {
    fake.trouble("verify", denied);
    const seeded = await seedIntent(scenario.database.admin, { flow });
    for (let n = 0; n < 4; n += 1) await sagaAt(scenario.database, fake).runOne();
    const both = [await asks("ida.holm", seeded), await asks("mara.lind", seeded)];
    expect(await stepsOf(seeded)).toMatchObject([{}, {}, { state: "done" }, { state: "ready" }]);
    await Promise.all([take(), take()]);
    await settle();
    expect(fake.did.slice(3)).toEqual(["undo verify", "undo empower", "undo label", "undo make"]);
    expect((await Promise.all(both.map(answerTo))).map((one) => one?.result).sort()).toEqual(["refused", "taken"]);
  });

  it("is looked at again when its step is just being tried: what comes of that counts", async () => {
    let during: string | undefined;
    const tried = async () => {
      during = await asks("ida.holm", seeded);
      await take();
      expect(await answerTo(during)).toBeUndefined();
      return denied;
    };
    const seeded = await met(denied, tried);
    await passTime(scenario.database.admin);
    await sagaAt(scenario.database, fake).runOne();
    await take();
    expect(await answerTo(during ?? "")).toMatchObject({ result: "taken" });
    await settle();
    expect((await stateOf(seeded)).request).toBe("failed");
  });

  it("goes on when that very try works, and then there is nothing to take back", async () => {
    let during = "";
    const seeded = await met(denied, async () => {
      during = await asks("ida.holm", seeded);
      await take();
      return undefined;
    });
    await passTime(scenario.database.admin);
    await settle();
    await take();
    expect(await answerTo(during)).toMatchObject({ result: "refused", refusals: [{ code: "conflict" }] });
    expect((await stateOf(seeded)).request).toBe("live");
  });

  it("is taken back to the end by another worker when one vanishes in the middle", async () => {
    const seeded = await met(denied);
    await asks("ida.holm", seeded);
    await take();
    const vanish = async (work: StepWork) => {
      await work.calls.make("half", async ({ aboutToSend }) => {
        aboutToSend();
        fake.did.push("half");
      });
      throw new LostLease();
    };
    fake.trouble("undo label", vanish);
    fake.trouble("undo make", vanish);
    await settle();
    expect(fake.did).toEqual(["make", "half", "undo label", "half", "undo make"]);
    expect((await stateOf(seeded)).request).toBe("failed");
    expect(await unaudited(scenario.database.admin)).toBe(0);
  });

  it("waits to be taken back where it was made while that place's entry is another", async () => {
    const seeded = await met(denied);
    await asks("ida.holm", seeded);
    await take();
    fake.entry = "another account";
    await sagaAt(scenario.database, fake).runOne();
    expect(fake.did).toEqual(["make"]);
    expect((await stepsOf(seeded))[1]).toMatchObject({ undoing: true, fault: { code: "entry-changed" } });
    fake.entry = "t";
    await settle();
    expect(fake.did).toEqual(["make", "undo label", "undo make"]);
  });
});

it("what only waits for its time is not taken back, nor a retirement that is stuck", async () => {
  const waits = await met(new TargetFault("throttled", "X", "Not now."));
  const first = await asks("ida.holm", waits);
  await take();
  expect(await answerTo(first)).toMatchObject({ result: "refused", refusals: [{ code: "conflict" }] });
  await settle();
  fake.trouble("disable", denied);
  const ends = await seedIntent(scenario.database.admin, { flow: retirement, kind: "retire", of: waits });
  await sagaAt(scenario.database, fake, retirement).runOne();
  const second = await asks("ida.holm", ends);
  await take();
  expect(await answerTo(second)).toMatchObject({ result: "refused", refusals: [{ code: "conflict" }] });
  expect((await stepsOf(ends))[0]).toMatchObject({ state: "ready", undoing: false });
});
