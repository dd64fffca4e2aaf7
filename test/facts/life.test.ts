import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readExceptions } from "#db/read/exceptions.ts";
import { lockIdentity, moveIdentity, readIdentity } from "#db/store/identities.ts";
import { readOutcome } from "#db/store/inbox.ts";
import { lockState, moveState } from "#db/store/requests.ts";
import { accept } from "#lib/claims/acceptances/accept.ts";
import { endOverlap } from "#lib/claims/asks/end-overlap.ts";
import { askForChange } from "#lib/claims/requests/change.ts";
import type { DatedException } from "#lib/domain/charter.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { followException } from "#lib/facts/exceptions/follow.ts";
import { finishIntent } from "#lib/facts/intents/finish.ts";
import { beginHold } from "#lib/facts/intents/hold.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { raiseSuspension } from "#lib/facts/strangers/raise.ts";
import { passDeadlines } from "#lib/worker/deadlines.ts";
import { releaseApproved } from "#lib/worker/release.ts";
import { retireByCondition } from "#lib/worker/sweeps/conditions.ts";
import { inDays } from "../claims/cast.ts";
import { living, signInAll } from "./living.ts";
import { ask, openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
  await signInAll(scenario);
});
afterAll(() => scenario.database.close());

const { intentOf, commitStep, passApproval, born, life, asks } = living(() => scenario);

test("lives; an end that passes has its retirement asked for once; a renewal during the hold enables it again", async () => {
  const identity = await born();
  expect(await scenario.state(identity)).toMatchObject({ state: "live" });
  expect(await life(identity)).toBe("live");
  await scenario.database.setClock("400 days");
  expect(await passDeadlines(scenario.worker)).toBe(1);
  expect(await passDeadlines(scenario.worker)).toBe(0);
  await scenario.settle();
  const raised = await scenario.worker.db.execute<{ id: string; channel: string }>(
    sql`select id, channel from charter.requests where identity = ${identity}::uuid`,
  );
  expect(raised.map(({ channel }) => channel)).toEqual(["charter_worker"]);
  const retirement = raised[0]?.id ?? "";
  expect(await scenario.state(retirement)).toMatchObject({ state: "provisioning" });
  expect(await life(identity)).toBe("retiring");
  await scenario.worker.db.transaction(async (tx) => {
    const rows = await tx.execute<{ id: string; version: number }>(sql`
      update charter.steps set state = 'done', version = version + 1 where kind = 'disable' and intent = ${await intentOf(retirement)}::uuid returning id, version`);
    const entries = rows.map(({ id, version }) => ({
      noun: "step",
      id,
      version,
      actor: "test",
      evidence: "worker",
      action: "step.done",
      detail: {},
    }));
    await tx.execute(sql`select charter.audit_append(${JSON.stringify(entries)}::jsonb)`);
  });
  await commitStep(retirement, async (work, intent) => (await beginHold(work, intent)).entries);
  const held = await readIdentity(scenario.worker.db, identity);
  expect(held?.removeAt?.getTime()).toBeGreaterThan(held?.endsAt.getTime() ?? 0);
  const endsAt = new Date(Date.now() + 600 * 86_400_000).toISOString();
  const renewal = randomUUID();
  expect(
    await askForChange(scenario.as("amara.obi"), { id: renewal, identity, kind: "renew", change: { endsAt } }),
  ).toEqual({ ok: { id: renewal } });
  await passApproval(renewal);
  expect(await scenario.state(retirement)).toMatchObject({ state: "withdrawn" });
  await commitStep(renewal, finishIntent);
  const renewed = await readIdentity(scenario.worker.db, identity);
  expect(renewed).toMatchObject({ state: "live", removeAt: null });
  expect(renewed?.endsAt.toISOString()).toBe(endsAt);
  await scenario.database.setClock("0");
});

test("is suspended by a worker for a credential that nobody recorded; nobody else may name one", async () => {
  const identity = await born();
  const strangers = ["AKIASTRANGE"];
  const forged = await asks("amara.obi", identity, { kind: "suspend", change: { reason: "Strange.", strangers } });
  expect(forged.outcome).toEqual({ ok: { id: forged.id } });
  await scenario.settle();
  expect(await readOutcome(scenario.worker.db, "request_versions", `${forged.id}/1`)).toMatchObject({
    result: "refused",
    refusals: [{ sentence: "Only a worker names credentials that nobody recorded." }],
  });
  const { db, installation } = scenario.worker;
  const version = (await readIdentity(db, identity))?.version ?? 0;
  const of = { identity, version, ids: strangers, usedAt: null, installation };
  expect(await raiseSuspension(db, { ...of, version: version - 1 })).toBe(false);
  expect(await raiseSuspension(db, of)).toBe(true);
  expect(await raiseSuspension(db, of)).toBe(false);
  await scenario.settle();
  const [raised] = await db.execute<{ id: string; steps: string[] }>(sql`
    select r.id, array(select s.name from charter.intents i join charter.steps s on s.intent = i.id where i.request = r.id order by s.ordinal) as steps
    from charter.requests r where r.identity = ${identity}::uuid and r.requester is null`);
  expect(await scenario.state(raised?.id ?? "")).toMatchObject({ state: "provisioning" });
  expect(raised?.steps).toEqual(["disable-role", "delete-strange-keys"]);
  await commitStep(raised?.id ?? "", finishIntent);
  expect(await life(identity)).toBe("suspended");
});

test("is suspended at once without approval, stays so when renewed, and is resumed only through policy", async () => {
  const identity = await born();
  const suspended = await asks("amara.obi", identity, { kind: "suspend", change: { reason: "It may have leaked." } });
  expect(suspended.outcome).toEqual({ ok: { id: suspended.id } });
  await scenario.settle();
  expect(await scenario.state(suspended.id)).toMatchObject({ state: "provisioning" });
  await commitStep(suspended.id, finishIntent);
  expect(await life(identity)).toBe("suspended");
  const again = await asks("amara.obi", identity, { kind: "suspend", change: { reason: "Twice." } });
  expect(again.outcome).toMatchObject({ refusals: [{ code: "conflict" }] });

  await scenario.database.setClock("20 days");
  const endsAt = new Date(Date.now() + 410 * 86_400_000).toISOString();
  const renewed = await asks("amara.obi", identity, { kind: "renew", change: { endsAt } });
  await passApproval(renewed.id);
  const [plan] = await scenario.worker.db.execute<{ stays: boolean; steps: readonly string[] }>(sql`
    select (i.plan -> 'change' ->> 'staysSuspended')::boolean as stays,
      (select array_agg(s.name order by s.ordinal) from charter.steps s where s.intent = i.id) as steps
    from charter.intents i where i.request = ${renewed.id}::uuid`);
  expect(plan).toMatchObject({ stays: true, steps: expect.not.arrayContaining(["enable-role"]) });
  await commitStep(renewed.id, finishIntent);
  expect(await life(identity)).toBe("suspended");

  const resumed = await asks("amara.obi", identity, { kind: "resume", change: { reason: "A false alarm." } });
  await scenario.settle();
  expect(await scenario.state(resumed.id)).toMatchObject({ state: "awaiting-approval" });
  await passApproval(resumed.id);
  await commitStep(resumed.id, finishIntent);
  expect(await life(identity)).toBe("live");
  await scenario.database.setClock("0");
});

test("what is suspended is not resumed past its end, and its expiry retires it", async () => {
  const identity = await born();
  const suspended = await asks("mara.lind", identity, { kind: "suspend", change: { reason: "Nobody uses it." } });
  await scenario.settle();
  await commitStep(suspended.id, finishIntent);
  await scenario.database.setClock("400 days");
  const resumed = await asks("amara.obi", identity, { kind: "resume", change: { reason: "We need it." } });
  expect(resumed.outcome).toMatchObject({ refusals: [{ code: "conflict", sentence: "Its end has passed." }] });
  await passDeadlines(scenario.worker);
  await scenario.settle();
  expect(await life(identity)).toBe("retiring");
  await scenario.database.setClock("0");
});

test("the register follows the exception that an identity's charter carries, and tells it to who may see the identity", async () => {
  const identity = await born();
  const { db } = scenario.worker;
  const owner = scenario.id("amara.obi");
  const carry = (exception: DatedException | null) =>
    runFact<null, null>(
      { db, newId: randomUUID, actor: system, subject: { noun: "identity", id: identity } },
      async (work) => {
        const [first, ...rest] = await followException(work, {
          ...{ identity, request: identity, requestVersion: 1, exception },
        });
        if (first === undefined) return refuse({ code: "conflict", sentence: "Nothing differs." });
        return { ok: await work.record(null, first, ...rest) };
      },
      null,
    );
  const first = { reason: "The partner reads files over FTP only.", endsAt: inDays(20), owner };
  expect(await carry(null)).toMatchObject({ refusals: [{ code: "conflict" }] });
  expect(await carry(first)).toEqual({ ok: null });
  expect(await carry({ ...first })).toMatchObject({ refusals: [{ code: "conflict" }] });
  expect(await carry({ ...first, endsAt: inDays(40) })).toEqual({ ok: null });
  const register = async (person: string) =>
    (await readExceptions(db, scenario.as(person).actor))
      .filter((one) => one.identity === identity)
      .map(({ endsAt, closedAt, ended }) => [endsAt.toISOString(), closedAt !== null, ended]);
  expect(await register("amara.obi")).toEqual([
    [inDays(40), false, false],
    [inDays(20), true, false],
  ]);
  expect(await register("priya.shah")).toEqual([]);
  await scenario.database.setClock("40 days 1 hour");
  expect((await register("amara.obi"))[0]).toEqual([inDays(40), false, true]);
  await scenario.database.setClock("0");
  const retired = await asks("amara.obi", identity, { kind: "retire", change: { reason: "It moved." } });
  await scenario.settle();
  await commitStep(retired.id, finishIntent);
  expect((await register("amara.obi")).map(([, closed]) => closed)).toEqual([true, true]);
});

test("what stores no credential is not rotated, and keeps no older one", async () => {
  const identity = await born();
  const rotated = await asks("amara.obi", identity, { kind: "rotate", change: { reason: "It is old." } });
  expect(rotated.outcome).toMatchObject({ refusals: [{ code: "conflict" }] });
  expect(await endOverlap(scenario.as("amara.obi"), { identity })).toMatchObject({ refusals: [{ code: "conflict" }] });
  expect(await endOverlap(scenario.as("priya.shah"), { identity })).toMatchObject({
    refusals: [{ code: "not-found" }],
  });
});

test("one person's suspensions on a target are capped by the hour; the next waits and says so", async () => {
  const identities = [await born(), await born()];
  const { config } = scenario.worker;
  const targets = config.targets.map((entry) => ({ ...entry, caps: { ...entry.caps, disablesPerHour: 1 } }));
  const capped = { ...scenario.worker, config: { ...config, targets } };
  const requests: string[] = [];
  for (const identity of identities) {
    const { id } = await asks("tomas.vidal", identity, { kind: "suspend", change: { reason: "A drill." } });
    requests.push(id);
  }
  expect(requests).toHaveLength(2);
  await scenario.inbox.drain();
  expect(await releaseApproved(capped)).toBe(1);
  const states = await Promise.all(requests.map((id) => scenario.state(id)));
  expect(states.map((one) => one?.state).toSorted()).toEqual(["approved", "provisioning"]);
});

test("a transfer waits for the new owner; nobody else's acceptance counts, and no stranger may ask for it", async () => {
  const identity = await born();
  const to = scenario.id("jonas.kern");
  const stranger = await askForChange(scenario.as("priya.shah"), {
    id: randomUUID(),
    identity,
    kind: "transfer",
    change: { to },
  });
  expect(stranger).toMatchObject({ refusals: [{ code: "not-found" }] });
  const id = randomUUID();
  expect(await askForChange(scenario.as("amara.obi"), { id, identity, kind: "transfer", change: { to } })).toEqual({
    ok: { id },
  });
  await passApproval(id);
  expect(await scenario.state(id)).toMatchObject({ state: "awaiting-acceptance" });
  const [row] = await scenario.worker.db.execute<{ digest: string }>(
    sql`select plan_digest as digest from charter.request_states where request = ${id}::uuid`,
  );
  const seen = { request: id, version: 1, planDigest: row?.digest ?? "" };
  expect(await accept(scenario.as("amara.obi"), seen)).toMatchObject({ refusals: [{ code: "forbidden" }] });
  expect(await accept(scenario.as("jonas.kern"), seen)).toEqual({ ok: null });
  await scenario.settle();
  await commitStep(id, finishIntent);
  expect((await readIdentity(scenario.worker.db, identity))?.owner).toBe(to);
});

test("dates an intent by the wall clock, by which targets date their objects, however far the business clock is ahead", async () => {
  await scenario.database.setClock("20 days");
  const request = await ask(scenario, "amara.obi");
  await passApproval(request);
  const [row] = await scenario.worker.db.execute<{ apart: number; ahead: number }>(sql`
    select extract(epoch from clock_timestamp() - marked_at)::float8 as apart,
      extract(epoch from created_at - marked_at)::float8 as ahead
    from charter.intents where request = ${request}::uuid`);
  await scenario.database.setClock("0");
  expect(Math.abs(row?.apart ?? Number.NaN)).toBeLessThan(600);
  expect(row?.ahead).toBeGreaterThan(19 * 86_400);
});

test("a state that may not follow is not written, of a request or of an identity", async () => {
  const request = await born();
  const { db } = scenario.worker;
  const back = db.transaction(async (tx) => {
    const before = await lockState(tx, request);
    if (before === null) throw new Error("It has a state.");
    await moveState(tx, before, { request, requestVersion: 1, state: "approved" });
  });
  await expect(back).rejects.toThrow("A request that is live does not become approved.");
  const again = db.transaction(async (tx) => {
    const identity = await lockIdentity(tx, request);
    if (identity === null) throw new Error("It is recorded.");
    await moveIdentity(tx, identity, { event: "removed" });
  });
  await expect(again).rejects.toThrow("An identity that is live cannot be removed.");
  expect(await scenario.state(request)).toMatchObject({ state: "live" });
  expect(await life(request)).toBe("live");
});

test("a repository that is archived has the retirement of what it runs asked for, in words and once", async () => {
  const identity = await born();
  const { db } = scenario.worker;
  const archived = async (value: boolean) => {
    await scenario.database.admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`update charter.repositories set archived = ${value} where name = 'acme/ledger'`;
      await tx`update charter.identities set charter = jsonb_set(charter, '{retireWhen}', '[{"kind": "repository-archived"}]') where id = ${identity}`;
      await tx`update charter.identities set charter = jsonb_set(charter, '{retireWhen}', '[]') where id <> ${identity}`;
    });
  };
  await archived(false);
  expect(await retireByCondition(scenario.worker)).toBe(0);
  await archived(true);
  const both = await Promise.all([retireByCondition(scenario.worker), retireByCondition(scenario.worker)]);
  expect(both.toSorted()).toEqual([0, 1]);
  expect(await retireByCondition(scenario.worker)).toBe(0);
  await scenario.settle();
  const raised = await db.execute<{ reason: string; state: string }>(sql`
    select v.change ->> 'reason' as reason, s.state from charter.requests r
    join charter.request_versions v on v.request = r.id join charter.request_states s on s.request = r.id
    where r.identity = ${identity}::uuid`);
  expect([...raised]).toEqual([{ reason: "The repository acme/ledger was archived.", state: "provisioning" }]);
  expect(await life(identity)).toBe("retiring");
});
