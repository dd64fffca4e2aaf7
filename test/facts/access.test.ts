import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readIdentityPage } from "#db/read/identity.ts";
import { readNeeds } from "#db/read/needs.ts";
import { readIdentity } from "#db/store/identities.ts";
import { readState } from "#db/store/requests.ts";
import { accept } from "#lib/claims/acceptances/accept.ts";
import { askForLess } from "#lib/claims/comments/ask-for-less.ts";
import { changeAccess } from "#lib/claims/requests/change-access.ts";
import { type AccessPreview, previewAccess } from "#lib/claims/requests/preview-access.ts";
import { takeOver } from "#lib/claims/requests/take-over.ts";
import { asItIs, type WantedAccess } from "#lib/domain/access.ts";
import { failIntent } from "#lib/facts/intents/fail.ts";
import { finishIntent } from "#lib/facts/intents/finish.ts";
import { living, signInAll } from "./living.ts";
import { judge, openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
  await signInAll(scenario);
});
afterAll(() => scenario.database.close());
const { commitStep, passApproval, born, asks, intentOf } = living(() => scenario);

const reason = "The nightly job writes only.";
const less: WantedAccess = { ...asItIs, drop: ["s3:AbortMultipartUpload"] };
const more: WantedAccess = { ...asItIs, add: { pack: "read-bucket", parameters: { bucket: "ledger-archive" } } };

async function seen(person: string, identity: string, wanted: WantedAccess, id = randomUUID()): Promise<AccessPreview> {
  const outcome = await previewAccess(scenario.as(person), { id, identity, reason, wanted });
  if ("refusals" in outcome) throw new Error(outcome.refusals[0].sentence);
  return outcome.ok;
}
/** Previews and sends, as the form does. */
async function change(person: string, identity: string, wanted: WantedAccess): Promise<string> {
  const id = randomUUID();
  const planDigest = (await seen(person, identity, wanted, id)).planDigest ?? "0".repeat(64);
  const outcome = await changeAccess(scenario.as(person), { id, identity, reason, wanted, planDigest });
  if ("refusals" in outcome) throw new Error(outcome.refusals[0].sentence);
  return id;
}
const stepsOf = (request: string) =>
  scenario.worker.db.execute<{ name: string; lane: number }>(
    sql`select s.name, s.lane from charter.steps s join charter.intents i on i.id = s.intent where i.request = ${request}::uuid order by s.ordinal`,
  );

describe("taking away", () => {
  test("passes by itself, goes before provisioning work, and the identity has the smaller charter, reach and plan", async () => {
    const identity = await born();
    const before = await readIdentity(scenario.worker.db, identity);
    const preview = await seen("amara.obi", identity, less);
    expect(preview.decision).toMatchObject({ outcome: "passes", passedBy: "access.less-passes" });
    expect(preview.view?.takenAway.lines.map(({ action }) => action)).toEqual(["s3:AbortMultipartUpload"]);
    expect(preview.view?.added.count).toBe(0);
    const id = await change("amara.obi", identity, less);
    await scenario.settle();
    expect(await scenario.state(id)).toMatchObject({ state: "provisioning" });
    expect((await stepsOf(id))[0]).toEqual({ name: "change-role", lane: 0 });
    await commitStep(id, finishIntent);
    expect(await scenario.state(id)).toMatchObject({ state: "done" });
    const after = await readIdentity(scenario.worker.db, identity);
    expect(JSON.stringify(after?.reach)).not.toContain("AbortMultipartUpload");
    expect({ ...after?.charter, spec: null }).toEqual({ ...before?.charter, spec: null });
    expect(await scenario.entries("identity", identity)).toContain("identity.access-changed");
    const page = await readIdentityPage(scenario.worker.db, scenario.as("amara.obi").actor, identity);
    expect(page?.plan?.request).toBe(id);
    const again = await seen("amara.obi", identity, asItIs);
    expect(again.refusals).toMatchObject([{ sentence: "This is exactly what it may do now." }]);
  });

  test("is refused where nothing would be left, to a stranger, and while another is open", async () => {
    const identity = await born();
    const all = (await readIdentity(scenario.worker.db, identity))?.reach.services.flatMap(({ levels }) =>
      Object.values(levels).flat(),
    );
    const nothing = await seen("amara.obi", identity, { ...asItIs, drop: all ?? [] });
    expect(nothing.refusals).toMatchObject([{ field: "drop", mend: "Retire it instead." }]);
    const stranger = { id: randomUUID(), identity, reason, wanted: less };
    expect(await previewAccess(scenario.as("priya.shah"), stranger)).toMatchObject({
      refusals: [{ code: "not-found" }],
    });
    await change("amara.obi", identity, more);
    await scenario.settle();
    const second = { id: randomUUID(), identity, reason, wanted: less, planDigest: "0".repeat(64) };
    expect(await changeAccess(scenario.as("amara.obi"), second)).toMatchObject({ refusals: [{ code: "conflict" }] });
  });

  test("is refused of what is suspended, and with a plan that is no longer the one shown", async () => {
    const identity = await born();
    const stale = { id: randomUUID(), identity, reason, wanted: less, planDigest: "0".repeat(64) };
    expect(await changeAccess(scenario.as("amara.obi"), stale)).toMatchObject({
      refusals: [{ sentence: "What would be made has changed since you looked." }],
    });
    const suspended = await asks("amara.obi", identity, { kind: "suspend", change: { reason: "It may have leaked." } });
    await scenario.settle();
    await commitStep(suspended.id, finishIntent);
    const ask = { id: randomUUID(), identity, reason, wanted: less };
    expect(await previewAccess(scenario.as("amara.obi"), ask)).toMatchObject({ refusals: [{ code: "conflict" }] });
  });

  test("the worker refuses a change whose charter differs in more than its access", async () => {
    const identity = await born();
    const { charter } = (await readIdentity(scenario.worker.db, identity)) ?? {};
    const id = randomUUID();
    const [version] = [{ spec: charter?.spec, reason }];
    await scenario.database.web.transaction(async (tx) => {
      await tx.execute(sql`insert into charter.requests (id, kind, identity, requester, drafted_at)
        values (${id}::uuid, 'change-access', ${identity}::uuid, ${scenario.id("amara.obi")}::uuid, clock_timestamp())`);
      await tx.execute(sql`insert into charter.request_versions (request, version, charter, origins, change, digest, plan_digest, person)
        values (${id}::uuid, 1, ${JSON.stringify({ ...charter, endsAt: "2099-01-01T00:00:00.000Z" })}::jsonb, '{}'::jsonb,
          ${JSON.stringify(version)}::jsonb, ${"0".repeat(64)}, ${"0".repeat(64)}, ${scenario.id("amara.obi")}::uuid)`);
    });
    await scenario.settle();
    const [row] = await scenario.worker.db.execute<{ result: string; refusals: unknown }>(
      sql`select result, refusals from charter.outcomes where claim = 'request_versions' and subject = ${`${id}/1`}`,
    );
    expect(row).toMatchObject({ result: "refused" });
    expect(JSON.stringify(row?.refusals)).toContain("The identity has changed since this was asked.");
  });
});

describe("adding", () => {
  test("is approved by security on the whole of it, and accepted by the owner where somebody else asks", async () => {
    const identity = await born();
    const preview = await seen("jonas.kern", identity, more);
    expect(preview.decision).toMatchObject({ outcome: "asks", stages: [{ role: "security", count: 1 }] });
    expect(preview.decision?.reasons.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(["access.unproven", "production.reviewed"]),
    );
    const id = await change("jonas.kern", identity, more);
    await passApproval(id);
    expect(await scenario.state(id)).toMatchObject({ state: "awaiting-acceptance" });
    const digest = (await readState(scenario.worker.db, id))?.planDigest ?? "";
    await accept(scenario.as("amara.obi"), { request: id, version: 1, planDigest: digest });
    await scenario.settle();
    expect(await scenario.state(id)).toMatchObject({ state: "provisioning" });
    expect((await stepsOf(id)).map(({ name }) => name)).toEqual(["retag-role", "change-role", "verify-role"]);
    await commitStep(id, async (work, intent) =>
      failIntent(work, { intent, sentence: "AWS did not take it.", undone: true }),
    );
    expect(await scenario.state(id)).toMatchObject({ state: "failed" });
    const left = await readIdentity(scenario.worker.db, identity);
    expect(left?.state).toBe("live");
    expect(JSON.stringify(left?.reach)).not.toContain("ledger-archive");
  });

  test("is accepted at once by a login that by now counts as the owner, and asked of the owner's person otherwise", async () => {
    const [first, second] = [await born(), await born()];
    const [amara, tomas] = [scenario.id("amara.obi"), scenario.id("tomas.vidal")];
    const counts = (as: string) =>
      scenario.database.admin.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx`update charter.people set canonical = ${as} where id = ${amara}`;
      });
    await counts(tomas);
    try {
      const own = await change("tomas.vidal", first, more);
      const others = await change("jonas.kern", second, more);
      await scenario.settle();
      expect(await readState(scenario.worker.db, own)).toMatchObject({ state: "awaiting-approval", accepter: null });
      expect(await readState(scenario.worker.db, others)).toMatchObject({
        ...{ state: "awaiting-approval", accepter: tomas },
      });
      await judge(scenario, "mara.lind", others);
      await scenario.settle();
      const tomasNow = { ...scenario.as("tomas.vidal").actor, roles: [] };
      expect((await readNeeds(scenario.worker.db, tomasNow)).rows).toMatchObject([{ id: others, kind: "accept-more" }]);
    } finally {
      await counts(amara);
    }
  });

  const composed = (resource: string): WantedAccess => ({
    ...asItIs,
    add: { grants: [{ actions: ["s3:GetObject"], resources: [resource] }] },
  });

  test("is composed as at its birth", async () => {
    const identity = await born();
    const preview = await seen("amara.obi", identity, composed("arn:{partition}:s3:::ledger-archive/*"));
    expect(preview.explained?.grants).toMatchObject([{ actions: [{ action: "s3:GetObject", level: "read" }] }]);
    expect(preview.view?.added.lines).toMatchObject([
      { action: "s3:GetObject", on: ["arn:aws:s3:::ledger-archive/*"] },
    ]);
    await passApproval(await change("amara.obi", identity, composed("arn:{partition}:s3:::ledger-archive/*")));
  });

  test.each([
    ["no ARN", "ledger-archive", "need.grants.0.resources.0"],
    [
      "nothing that the action works on",
      "arn:{partition}:sqs:eu-central-1:111122223333:q",
      "need.grants.0.resources.0",
    ],
  ])(
    "is refused at its field where a resource is %s, also when it is sent past the form",
    async (_what, resource, field) => {
      const identity = await born();
      const wanted = composed(resource);
      const preview = await seen("amara.obi", identity, wanted);
      expect(preview).toMatchObject({ planDigest: null, decision: null, refusals: [{ code: "invalid", field }] });
      expect(preview.explained?.remarks).toMatchObject([{ tone: "bad", field }]);
      const sent = { id: randomUUID(), identity, reason, wanted, planDigest: "0".repeat(64) };
      expect(await changeAccess(scenario.as("amara.obi"), sent)).toMatchObject({ refusals: [{ field }] });
      expect(await scenario.state(sent.id)).toBeNull();
    },
  );

  test("is not passed off as taking away by moving an action to another place", async () => {
    const identity = await born();
    const moved = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::ledger-other/*" }],
    });
    const preview = await seen("amara.obi", identity, { ...asItIs, instead: moved });
    expect(preview.view?.added.lines).toMatchObject([{ action: "s3:PutObject", on: ["arn:aws:s3:::ledger-other/*"] }]);
    expect(preview.decision?.outcome).toBe("asks");
  });

  test("is not passed off as taking away by a wildcard that stands for what is held today", async () => {
    const identity = await born();
    const wild = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:AbortMultipart*", Resource: "arn:aws:s3:::ledger-snapshots/*" }],
    });
    const preview = await seen("amara.obi", identity, { ...asItIs, instead: wild });
    expect(preview.view?.added.lines).toMatchObject([
      { action: "s3:AbortMultipart* and what AWS adds to it", level: null, on: ["arn:aws:s3:::ledger-snapshots/*"] },
    ]);
    expect(preview.view?.takenAway.count).toBeGreaterThan(0);
    expect(preview.decision?.outcome).toBe("asks");
  });

  test("is cut down by an approver who asks for less, and taken over by the requester", async () => {
    const identity = await born();
    const id = await change("amara.obi", identity, more);
    await scenario.settle();
    const input = { request: id, version: 1, text: "Listing is not needed.", drop: ["s3:ListBucket"] };
    const wrong = await askForLess(scenario.as("mara.lind"), { ...input, endsAt: new Date().toISOString() });
    expect(wrong).toMatchObject({ refusals: [{ field: "endsAt" }] });
    expect(await askForLess(scenario.as("mara.lind"), { ...input, endsAt: null })).toEqual({ ok: null });
    const [comment] = await scenario.worker.db.execute<{ id: string }>(
      sql`select id from charter.comments where request = ${id}::uuid`,
    );
    expect(await takeOver(scenario.as("amara.obi"), { request: id, comment: comment?.id ?? "" })).toEqual({ ok: null });
    await scenario.settle();
    const state = await readState(scenario.worker.db, id);
    expect(state).toMatchObject({ requestVersion: 2, state: "awaiting-approval" });
    expect(JSON.stringify(state?.reach)).not.toContain("s3:ListBucket");
    await judge(scenario, "tomas.vidal", id);
    await scenario.settle();
    expect(await scenario.state(id)).toMatchObject({ state: "provisioning" });
  });
});

test("a suspension does not wait for a renewal that is between two steps, and ends it", async () => {
  const identity = await born();
  await scenario.database.setClock("20 days");
  const endsAt = new Date(Date.now() + 410 * 86_400_000).toISOString();
  const renewed = await asks("amara.obi", identity, { kind: "renew", change: { endsAt } });
  await passApproval(renewed.id);
  const step = async (state: string) => {
    await scenario.database.admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`update charter.steps set state = ${state} where intent = ${await intentOf(renewed.id)} and ordinal = 0`;
    });
  };
  await step("sent");
  const suspended = await asks("amara.obi", identity, { kind: "suspend", change: { reason: "It may have leaked." } });
  await scenario.settle();
  expect(await scenario.state(suspended.id)).toMatchObject({
    state: "approved",
    detail: { sentence: "It waits for a step of another change that is just being tried." },
  });
  await step("ready");
  await scenario.database.setClock("20 days 1 minute");
  await scenario.settle();
  expect(await scenario.state(suspended.id)).toMatchObject({ state: "provisioning" });
  expect(await scenario.state(renewed.id)).toMatchObject({
    state: "withdrawn",
    detail: { sentence: "It was suspended before this was done." },
  });
  await commitStep(suspended.id, finishIntent);
  expect(await readIdentity(scenario.worker.db, identity)).toMatchObject({ state: "suspended" });
  expect((await readIdentity(scenario.worker.db, identity))?.charter.endsAt).not.toBe(endsAt);
  await scenario.database.setClock("0");
});
