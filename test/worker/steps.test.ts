import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { claimStep } from "#db/store/steps.ts";
import type { FlowStep } from "#lib/connectors/connector.ts";
import { type Command, runFact, system } from "#lib/facts/run.ts";
import { checkpoint } from "#lib/facts/steps/checkpoint.ts";
import { expire } from "#lib/facts/steps/expire.ts";
import { type FailedStep, fail } from "#lib/facts/steps/fail.ts";
import { type Finished, finish } from "#lib/facts/steps/finish.ts";
import { CommittedBefore, LostLease } from "#lib/facts/steps/lost-lease.ts";
import { type PutOff, putOff } from "#lib/facts/steps/put-off.ts";
import { retry } from "#lib/facts/steps/retry.ts";
import { send } from "#lib/facts/steps/send.ts";
import { undone } from "#lib/facts/steps/undone.ts";
import { claim, usualTimes } from "#lib/worker/claiming.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { clearQueue, type SeededIntent, type Seeding, seedGate, seedIntent, unaudited } from "./saga-world.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearQueue(database.admin);
  await seedGate(database.admin, { target: "fake" });
});

const two: FlowStep[] = [
  { name: "make", kind: "create", title: "Make it" },
  { name: "label", kind: "create", title: "Label it" },
];
const issuing: FlowStep[] = [
  { name: "make", kind: "create", title: "Make it" },
  { name: "issue", kind: "issue", title: "Issue a key" },
];
const fault = { kind: "denied", code: "AccessDenied", sentence: "A right is missing." };

const run = <I extends { readonly step: string }>(command: Command<I, null>, input: I) =>
  runFact(
    { db: database.worker, actor: system, subject: { noun: "step", id: input.step }, newId: randomUUID },
    command,
    input,
  );
const seeded = (seeding: Partial<Seeding> = {}) => seedIntent(database.admin, { flow: two, ...seeding });
const claimed = async () => {
  const row = (await claimStep(database.worker, randomUUID(), usualTimes)) ?? expect.fail("nothing to claim");
  return { owned: { step: row.id, fence: row.fence }, intent: row.intent, name: row.name, fence: row.fence };
};
/** Changes rows as nobody may, to begin a test where it is about something. */
const set = (change: (sql: TestDatabase["admin"]) => Promise<unknown>) =>
  database.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await change(sql as unknown as TestDatabase["admin"]);
  });
const rowOf = async (step: string) => {
  const [row] = await database.admin`
    select state, undoing, lane, attempts, facts, fault, evidence, stuck_at is not null as stuck, lease_until is not null as leased,
      finished_at is not null as finished, due_at > charter.clock() + interval '5 minutes' as later,
      due_at <= charter.clock() as due from charter.steps where id = ${step}`;
  return row ?? expect.fail("no step");
};
const told = async (aggregate: string) =>
  (
    await database.admin<{ action: string; detail: object }[]>`
    select action, detail from charter.audit_entries where aggregate = ${aggregate} order by seq`
  ).map(({ action, detail }) => [action, detail]);
const intentIn = async ({ intent, request, identity }: SeededIntent) => {
  const [row] = await database.admin`select i.state as intent, r.state as request, r.detail, d.state as identity
    from charter.intents i, charter.request_states r, charter.identities d where i.id = ${intent} and r.request = ${request} and d.id = ${identity}`;
  return row ?? expect.fail("no intent");
};
const findings = (identity: string) =>
  database.admin`select kind, target, object, sentence, evidence from charter.findings where identity = ${identity}`;
const waits: Omit<PutOff, "step" | "fence"> = { state: "ready", dueInMs: 0, fault: null, stuck: false, finding: null };
const done: Omit<Finished, "step" | "fence"> = {
  ...{ facts: {}, evidence: "It was seen.", objects: [], ended: [], stored: null, thenHolds: false },
};
const failed: Omit<FailedStep, "step" | "fence"> = { fault, sentence: "It is refused.", squatter: null };

describe("whoever commits to a step", () => {
  it("holds its newest fence and a claim, else nothing is changed", async () => {
    const { steps } = await seeded();
    const step = steps[0] ?? "";
    await expect(run(send, { step, fence: 0 })).rejects.toBeInstanceOf(LostLease);
    const { owned } = await claimed();
    for (const fence of [0, 2]) await expect(run(send, { step, fence })).rejects.toThrow(/^$/);
    await expect(run(send, { step: randomUUID(), fence: 1 })).rejects.toMatchObject({ name: "LostLease" });
    expect(await told(step)).toEqual([]);
    expect(await run(send, owned)).toEqual({ ok: null });
    await run(putOff, { ...owned, ...waits });
    await expect(run(finish, { ...owned, ...done })).rejects.toBeInstanceOf(LostLease);
  });

  it("may send and note facts, each once", async () => {
    await seeded();
    const { owned, intent, name, fence } = await claimed();
    const sent = ["step.sent", { intent, name, fence, undoing: false }];
    await run(send, owned);
    expect(await rowOf(owned.step)).toMatchObject({ state: "sent", attempts: 1, leased: true });
    await expect(run(send, owned)).rejects.toMatchObject({ name: "CommittedBefore", message: "" });
    await run(checkpoint, { ...owned, facts: { a: 1, b: 2 } });
    await run(checkpoint, { ...owned, facts: { b: 3 } });
    await expect(run(checkpoint, { ...owned, facts: { b: 3, a: 1 } })).rejects.toBeInstanceOf(CommittedBefore);
    expect((await rowOf(owned.step)).facts).toEqual({ a: 1, b: 3 });
    expect(await told(owned.step)).toEqual([
      sent,
      ["step.noted", { intent, name, fence, facts: { a: 1, b: 2 } }],
      ["step.noted", { intent, name, fence, facts: { b: 3 } }],
    ]);
  });
});

describe("a step that is put off", () => {
  it("because it waits for its time keeps the try", async () => {
    await seeded();
    const { owned, intent, name, fence } = await claimed();
    await run(send, owned);
    const off = { ...owned, ...waits, dueInMs: 600_000 };
    await run(putOff, off);
    const waiting = { state: "ready", attempts: 0, fault: null, stuck: false, leased: false, later: true };
    expect(await rowOf(owned.step)).toMatchObject(waiting);
    await expect(run(putOff, off)).rejects.toBeInstanceOf(CommittedBefore);
    await expect(run(putOff, { ...off, state: "ambiguous" })).rejects.toBeInstanceOf(LostLease);
    expect((await told(owned.step)).at(-1)).toEqual([
      "step.put-off",
      { intent, name, fence, fault: null, dueInMs: 600_000 },
    ]);
    expect(
      await findings((await database.admin`select identity from charter.intents where id = ${intent}`)[0]?.identity),
    ).toEqual([]);
  });
  it("before it was sent has no try to give back", async () => {
    await seeded();
    const { owned } = await claimed();
    await run(putOff, { ...owned, ...waits });
    expect(await rowOf(owned.step)).toMatchObject({ attempts: 0, due: true });
  });
  it("because it failed counts the try, and is shown as stuck from the first time on", async () => {
    const { steps } = await seeded();
    const step = steps[0] ?? "";
    const off = async (more: Partial<PutOff>) => {
      const { owned } = await claimed();
      await run(send, owned);
      await run(putOff, { ...owned, ...waits, fault, ...more });
      return (await rowOf(step)).stuck;
    };
    const since = async () =>
      (await database.admin`select stuck_at from charter.steps where id = ${step}`)[0]?.stuck_at;
    expect(await off({})).toBe(false);
    expect(await off({ state: "ambiguous" })).toBe(false);
    expect(await off({ stuck: true })).toBe(true);
    const first = await since();
    expect(await off({ stuck: true, state: "ambiguous" })).toBe(true);
    expect(await since()).toEqual(first);
    expect(await off({ stuck: true })).toBe(true);
    expect(await rowOf(step)).toMatchObject({ attempts: 5, fault });
    expect(await off({})).toBe(false);
    const actions = (await told(step)).map(([action]) => action).filter((action) => action !== "step.sent");
    expect(actions).toEqual([
      ...["step.put-off", "step.ambiguous", "step.stuck", "step.ambiguous", "step.put-off", "step.put-off"],
    ]);
    expect((await told(step)).at(-1)?.[1]).toMatchObject({ fault, dueInMs: 0, fence: 6 });
  });
  it("over something that people must look at leaves a finding", async () => {
    const { identity } = await seeded();
    const { owned } = await claimed();
    const finding = { kind: "used-stray", object: "key-1", sentence: "A key was used." } as const;
    await run(putOff, { ...owned, ...waits, fault, stuck: true, finding });
    expect(await findings(identity)).toEqual([
      { ...finding, target: "fake", evidence: { differences: ["A key was used."] } },
    ]);
  });
});

describe("a person's retry", () => {
  const refused = (code: string, sentence: string) => ({ refusals: [{ code, sentence }] });
  it("is refused where nothing waits, in words", async () => {
    expect(await run(retry, { step: randomUUID() })).toEqual(refused("not-found", "There is no such step."));
    const { steps } = await seeded();
    const [step = "", next = ""] = steps;
    const idle = refused("conflict", "This step is not waiting for another try.");
    expect(await run(retry, { step: next })).toEqual(idle);
    const timed = refused("conflict", "This step waits for its time; nothing went wrong.");
    expect(await run(retry, { step })).toEqual(timed);
    await claimed();
    expect(await run(retry, { step })).toEqual(idle);
  });
  it.each(["ready", "ambiguous"] as const)("makes a failed step due now that is %s", async (state) => {
    await seeded();
    const { owned, intent, name } = await claimed();
    await run(putOff, { ...owned, ...waits, state, fault, dueInMs: 900_000 });
    expect(await run(retry, { step: owned.step })).toEqual({ ok: null });
    expect(await rowOf(owned.step)).toMatchObject({ state, due: true });
    expect((await told(owned.step)).at(-1)).toEqual(["step.retried", { intent, name }]);
  });
});

describe("a sent step whose worker vanished", () => {
  const vanish = (step: string) =>
    set((sql) => sql`update charter.steps set lease_until = now() - interval '1 hour' where id = ${step}`);
  it("becomes ambiguous once, and due", async () => {
    await seeded();
    const { owned, intent, name, fence } = await claimed();
    await expect(run(expire, owned)).rejects.toBeInstanceOf(CommittedBefore);
    await expect(run(expire, { ...owned, step: randomUUID() })).rejects.toBeInstanceOf(CommittedBefore);
    await run(send, owned);
    // Found by two workers: the slower one leaves alone what was taken since.
    await expect(run(expire, { ...owned, fence: fence - 1 })).rejects.toBeInstanceOf(CommittedBefore);
    expect(await rowOf(owned.step)).toMatchObject({ state: "sent", leased: true });
    await run(expire, owned);
    expect(await rowOf(owned.step)).toMatchObject({ state: "ambiguous", leased: false, due: true, attempts: 1 });
    expect((await told(owned.step)).at(-1)).toEqual(["step.left", { intent, name, fence }]);
  });
  it("is looked for by a claim that looks back, every one of them, and by no other", async () => {
    const vanished: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      await seeded();
      const { owned } = await claimed();
      await run(send, owned);
      vanished.push(owned.step);
    }
    for (const step of vanished) await vanish(step);
    const of = { worker: randomUUID(), times: usualTimes, newId: randomUUID };
    expect(await claim(database.worker, { ...of, looksBack: false })).toBeNull();
    const taken = await claim(database.worker, { ...of, looksBack: true });
    const states = await Promise.all(vanished.map(async (step) => (await rowOf(step)).state));
    expect(states.toSorted()).toEqual(["ambiguous", "ambiguous", "claimed"]);
    expect(taken).toMatchObject({ owned: { step: taken?.row.id, fence: 2 }, row: { fence: 2 } });
  });
  it("was held by a lease that its worker knows, and could prolong until it ended", async () => {
    await seeded();
    const times = { leaseMs: 60_000, callTimeoutMs: 1_000 };
    const of = { worker: randomUUID(), times, newId: randomUUID, looksBack: false };
    const { lease, owned } = (await claim(database.worker, of)) ?? expect.fail("nothing to claim");
    const left = lease.leftMs();
    expect(left).toBeGreaterThan(1_000);
    expect(left).toBeLessThan(60_000);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const later = lease.leftMs();
    expect(later).toBeLessThanOrEqual(left - 2_900);
    await lease.renew();
    expect(lease.leftMs()).toBeGreaterThan(later);
    expect(lease.leftMs()).toBeLessThan(60_000);
    await vanish(owned.step);
    await expect(lease.renew()).rejects.toBeInstanceOf(LostLease);
  });
});

describe("a claim", () => {
  it("for disabling alone takes nothing else", async () => {
    const of = {
      worker: randomUUID(),
      times: usualTimes,
      newId: randomUUID,
      looksBack: false,
      lanes: "first",
    } as const;
    await seeded();
    expect(await claim(database.worker, of)).toBeNull();
    await seeded({ flow: [{ name: "disable", kind: "disable", title: "Disable it" }] });
    expect((await claim(database.worker, of))?.row.name).toBe("disable");
  });
});

describe("a step that is done", () => {
  it("says so, clears what was wrong and makes the next one ready", async () => {
    const { steps, intent, identity } = await seeded();
    const [step = "", next = ""] = steps;
    await set(
      (sql) =>
        sql`update charter.steps set fault = ${sql.json(fault)}, stuck_at = now(), facts = '{"a": 1, "b": 1}' where id = ${step}`,
    );
    const { owned, name, fence } = await claimed();
    await run(send, owned);
    const object = { kind: "thing", name: "n", externalId: "x1", state: "powerless" } as const;
    await run(finish, { ...owned, ...done, facts: { b: 2 }, objects: [object] });
    expect(await rowOf(step)).toEqual({
      ...{ state: "done", undoing: false, lane: 1, attempts: 1, facts: { a: 1, b: 2 }, fault: null, stuck: false },
      ...{ evidence: "It was seen.", leased: false, finished: true, later: false, due: true },
    });
    expect((await told(step)).at(-1)).toEqual(["step.done", { intent, name, fence, evidence: "It was seen." }]);
    const [made] =
      await database.admin`select id, intent, kind, name, external_id, state from charter.objects where identity = ${identity}`;
    expect(made).toMatchObject({ intent, kind: "thing", name: "n", external_id: "x1", state: "powerless" });
    expect((await told(made?.id)).map(([action]) => action)).toEqual(["object.powerless"]);
    expect(await rowOf(next)).toMatchObject({ state: "ready", due: true });
    await expect(run(finish, { ...owned, ...done })).rejects.toBeInstanceOf(CommittedBefore);
    expect(await unaudited(database.admin)).toBe(0);
  });

  it("records what it stored where the plan says, and what it ended", async () => {
    const storage = { vault: "v", mount: "m", path: "p" };
    const { identity, intent, plan } = await seeded({ flow: issuing, storage });
    const credentials = () =>
      database.admin`select intent, external_id, vault, mount, path, vault_version, state, ends_at from charter.credentials where identity = ${identity}`;
    const first = await claimed();
    await run(finish, { ...first.owned, ...done, stored: { externalId: "k1", version: 7 } });
    const stored = { ...storage, intent, external_id: "k1", vault_version: 7, ends_at: new Date(plan.endsAt) };
    expect(await credentials()).toEqual([{ ...stored, state: "active" }]);
    const second = await claimed();
    await run(finish, { ...second.owned, ...done, ended: [{ externalId: "k1", state: "disabled" }] });
    expect(await credentials()).toEqual([{ ...stored, state: "disabled" }]);
    const [{ id } = { id: "" }] = await database.admin`select id from charter.credentials where identity = ${identity}`;
    expect((await told(id)).map(([action]) => action)).toEqual(["credential.stored", "credential.disabled"]);
  });
  it("stores nothing where the plan has no place for it", async () => {
    const { identity } = await seeded();
    const { owned } = await claimed();
    await run(finish, { ...owned, ...done, stored: { externalId: "k1", version: 7 } });
    expect(await database.admin`select 1 from charter.credentials where identity = ${identity}`).toEqual([]);
  });

  it("before a hold has the next one wait for its end", async () => {
    const born = await seeded({ flow: two.slice(0, 1) });
    await run(finish, { ...(await claimed()).owned, ...done });
    const { steps } = await seeded({ kind: "retire", of: born, change: { holdDays: 14 } });
    await run(finish, { ...(await claimed()).owned, ...done, thenHolds: true });
    expect(await rowOf(steps[1] ?? "")).toMatchObject({ state: "ready", later: true });
  });
  it("has nothing follow it once its intent is taken back", async () => {
    const whole = await seeded();
    const { owned } = await claimed();
    await set((sql) => sql`update charter.intents set state = 'undoing' where id = ${whole.intent}`);
    await run(finish, { ...owned, ...done });
    expect((await rowOf(whole.steps[1] ?? "")).state).toBe("waiting");
    expect(await intentIn(whole)).toMatchObject({ intent: "undoing", request: "provisioning" });
  });
  it("ends its intent when it was the last", async () => {
    const whole = await seeded({ flow: two.slice(0, 1) });
    const { owned } = await claimed();
    await run(finish, { ...owned, ...done });
    expect(await intentIn(whole)).toMatchObject({ intent: "done", request: "live", identity: "live" });
  });
});

describe("a step that cannot be done", () => {
  it("is itself taken back first, then what was done before it, and the request fails with its sentence", async () => {
    const whole = await seeded();
    const [make = "", label = ""] = whole.steps;
    const first = await claimed();
    await run(finish, { ...first.owned, ...done, evidence: "" });
    const second = await claimed();
    await run(fail, { ...second.owned, ...failed });
    const { intent } = whole;
    expect((await told(label)).slice(-2)).toEqual([
      ["step.failed", { intent, name: "label", fence: 1, fault, squatter: null }],
      ["step.undoing", { intent, name: "label" }],
    ]);
    expect(await told(intent)).toEqual([["intent.undoing", { from: "label" }]]);
    expect(await rowOf(label)).toMatchObject({
      ...{ state: "ready", undoing: true, lane: 0, fault, evidence: "It is refused.", stuck: false, finished: true },
    });
    await expect(run(fail, { ...second.owned, ...failed })).rejects.toBeInstanceOf(CommittedBefore);
    const taking = await claimed();
    await run(send, taking.owned);
    expect((await told(label)).at(-1)).toEqual(["step.sent", { intent, name: "label", fence: 2, undoing: true }]);
    await run(undone, taking.owned);
    await expect(run(undone, taking.owned)).rejects.toBeInstanceOf(CommittedBefore);
    expect((await told(label)).at(-1)).toEqual(["step.undone", { intent, name: "label", fence: 2 }]);
    expect(await rowOf(label)).toMatchObject({ state: "undone", leased: false, finished: true });
    expect((await rowOf(make)).state).toBe("ready");
    expect(await intentIn(whole)).toMatchObject({ intent: "undoing", request: "provisioning" });
    await run(undone, (await claimed()).owned);
    expect(await intentIn(whole)).toEqual({
      ...{ intent: "failed", request: "failed", identity: "failed", detail: { sentence: "It is refused." } },
    });
    expect((await told(intent)).map(([action]) => action)).toEqual(["intent.undoing", "intent.failed"]);
    expect((await told(intent)).at(-1)?.[1]).toEqual({ sentence: "It is refused.", undone: true });
    expect(await unaudited(database.admin)).toBe(0);
  });

  it("because its name is taken is left as it is, and reported", async () => {
    const whole = await seeded();
    const { owned, intent, fence } = await claimed();
    await run(fail, { ...owned, ...failed, squatter: "thing/x" });
    expect(await rowOf(owned.step)).toMatchObject({
      state: "failed",
      undoing: false,
      fault,
      leased: false,
      finished: true,
    });
    expect(await told(owned.step)).toEqual([
      ["step.failed", { intent, name: "make", fence, fault, squatter: "thing/x" }],
    ]);
    expect(await findings(whole.identity)).toEqual([
      {
        ...{ kind: "squatter", target: "fake", object: "thing/x", evidence: { differences: ["It is refused."] } },
        sentence: expect.stringMatching(/^It is refused\. It has been left as it is: /),
      },
    ]);
    expect(await intentIn(whole)).toMatchObject({ intent: "failed", request: "failed", identity: "failed" });
    await expect(run(fail, { ...owned, ...failed })).rejects.toBeInstanceOf(CommittedBefore);
  });
  it("because a key of its name is taken has its own keys taken back all the same", async () => {
    const whole = await seeded({ flow: issuing });
    await run(finish, { ...(await claimed()).owned, ...done });
    const { owned } = await claimed();
    await run(fail, { ...owned, ...failed, squatter: "key/x" });
    expect(await rowOf(owned.step)).toMatchObject({ state: "ready", undoing: true });
    expect(await findings(whole.identity)).toMatchObject([{ kind: "squatter", object: "key/x" }]);
  });
  it("has a sentence even where none was kept", async () => {
    const whole = await seeded({ flow: two.slice(0, 1) });
    const { owned } = await claimed();
    await run(fail, { ...owned, ...failed, sentence: "" });
    await run(undone, (await claimed()).owned);
    expect(await intentIn(whole)).toMatchObject({
      request: "failed",
      detail: { sentence: "It could not be provisioned." },
    });
  });
});
