import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readIdentity } from "#db/store/identities.ts";
import { askForLess } from "#lib/claims/comments/ask-for-less.ts";
import { preview } from "#lib/claims/requests/preview.ts";
import { submit } from "#lib/claims/requests/submit.ts";
import { takeOver } from "#lib/claims/requests/take-over.ts";
import { finishIntent } from "#lib/facts/intents/finish.ts";
import { passDeadlines } from "#lib/worker/deadlines.ts";
import { releaseApproved } from "#lib/worker/release.ts";
import { sealOnce } from "#lib/worker/sealer.ts";
import { exported, key, verified } from "../audit/support.ts";
import { living, signInAll } from "./living.ts";
import { ask, judge, ledgerAnswers, openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
  await signInAll(scenario);
});
afterAll(() => scenario.database.close());

const { born, commitStep, life } = living(() => scenario);

/** The business clock, ahead of the wall clock by so much from now on. */
const clock = (ahead: string) => scenario.database.setClock(ahead);
const seal = () => sealOnce({ db: scenario.worker.db, key, anchor: null });
const faults = async () => (await verified(await exported(scenario.database.auditorUrl))).faults;

const dayMs = 86_400_000;
/** The midnight (UTC) that came next when the test began. */
const midnight = Math.ceil(Date.now() / dayMs) * dayMs;
/** Sets the business clock so many minutes after that midnight; before it where negative. */
const afterMidnight = (minutes: number) => clock(`${midnight - Date.now() + minutes * 60_000} milliseconds`);

test("a clock set back by an hour, over midnight, loses no verdict, makes once what was approved, and the log still verifies", async () => {
  await afterMidnight(30);
  const request = await ask(scenario, "amara.obi");
  await scenario.settle();
  expect(await judge(scenario, "mara.lind", request)).toMatchObject({ ok: null });
  await scenario.settle();
  await seal();
  await afterMidnight(-30);
  expect(await scenario.state(request)).toMatchObject({ state: "awaiting-approval" });
  await passDeadlines(scenario.worker);
  await judge(scenario, "mara.lind", request);
  await scenario.settle();
  expect(await scenario.state(request)).toMatchObject({ state: "awaiting-approval" });
  expect(await judge(scenario, "tomas.vidal", request)).toMatchObject({ ok: null });
  await scenario.settle();
  await releaseApproved(scenario.worker);
  expect(await scenario.state(request)).toMatchObject({ state: "provisioning" });
  const intents = await scenario.worker.db.execute(sql`select 1 from charter.intents where request = ${request}::uuid`);
  expect(intents).toHaveLength(1);
  await commitStep(request, finishIntent);
  expect(await life(request)).toBe("live");
  await clock("0");
  await seal();
  expect(await faults()).toEqual([]);
});

test("what was sent before the clock was set back over midnight is received all the same", async () => {
  await afterMidnight(5);
  const request = await ask(scenario, "amara.obi");
  await afterMidnight(-5);
  await scenario.settle();
  expect(await scenario.state(request)).toMatchObject({ state: "awaiting-approval" });
  await clock("0");
});

test("what was sent before the clock was set back over midnight may be narrowed, as it was sent", async () => {
  await afterMidnight(5);
  const request = await ask(scenario, "amara.obi");
  await scenario.settle();
  await afterMidnight(-5);
  const dropped = { drop: ["s3:DeleteObject"], endsAt: null };
  const less = { request, version: 1, text: "Snapshots are never deleted.", ...dropped };
  expect(await askForLess(scenario.as("mara.lind"), less)).toEqual({ ok: null });
  await scenario.settle();
  const [comment] = await scenario.worker.db.execute<{ id: string }>(
    sql`select id from charter.comments where request = ${request}::uuid`,
  );
  const taking = { request, comment: comment?.id ?? "" };
  expect(await takeOver(scenario.as("amara.obi"), taking)).toEqual({ ok: null });
  await scenario.settle();
  expect(await scenario.state(request)).toMatchObject({ state: "awaiting-approval", requestVersion: 2 });
  await clock("0");
});

test("a click that is sent again after midnight is the same request; answers that were changed meanwhile are not", async () => {
  await afterMidnight(-5);
  const id = await ask(scenario, "amara.obi");
  const [sent] = await scenario.worker.db.execute<{ digest: string }>(
    sql`select plan_digest as digest from charter.request_versions where request = ${id}::uuid`,
  );
  await afterMidnight(5);
  const again = { id, planDigest: sent?.digest ?? "" };
  const amara = scenario.as("amara.obi");
  expect(await submit(amara, { ...again, answers: ledgerAnswers() })).toEqual({ ok: { id } });
  const other = ledgerAnswers({ purpose: "Weekly ledger snapshots for the auditors." });
  expect(await submit(amara, { ...again, answers: other })).toMatchObject({ refusals: [{ code: "conflict" }] });
  await clock("0");
});

test("a form that was looked at before midnight is sent after it once it was looked at again", async () => {
  await afterMidnight(-5);
  const id = randomUUID();
  const [amara, answers] = [scenario.as("amara.obi"), ledgerAnswers()];
  const look = async () => {
    const seen = await preview(amara, { id, answers });
    return "ok" in seen ? (seen.ok.planDigest ?? "") : "";
  };
  const planDigest = await look();
  await afterMidnight(5);
  expect(await submit(amara, { id, answers, planDigest })).toMatchObject({ refusals: [{ field: "planDigest" }] });
  expect(await submit(amara, { id, answers, planDigest: await look() })).toEqual({ ok: { id } });
  await clock("0");
});

test("a clock set back by far counts the days anew: nothing lives longer than policy allows by a clock that was wrong", async () => {
  await afterMidnight(30);
  const request = await ask(scenario, "amara.obi");
  await scenario.settle();
  await afterMidnight(-91);
  expect(await judge(scenario, "tomas.vidal", request)).toMatchObject({ ok: null });
  await scenario.settle();
  expect(await scenario.state(request)).toMatchObject({ state: "refused" });
  await clock("0");
});

test("a clock set back before an end disables nothing early, and at the end it is disabled once", async () => {
  const identity = await born();
  const endsAt = (await readIdentity(scenario.worker.db, identity))?.endsAt.getTime() ?? 0;
  const before = (minutes: number) => clock(`${Math.round((endsAt - Date.now()) / 1000) - minutes * 60} seconds`);
  const raised = () =>
    scenario.worker.db.execute<{ id: string }>(
      sql`select id from charter.requests where identity = ${identity}::uuid and kind = 'retire'`,
    );
  await before(30);
  await passDeadlines(scenario.worker);
  expect(await raised()).toHaveLength(0);
  await before(-30);
  await passDeadlines(scenario.worker);
  await before(30);
  await scenario.settle();
  const [retirement] = await raised();
  expect(await life(identity)).toBe("live");
  expect(await scenario.state(retirement?.id ?? "")).toMatchObject({
    state: "approved",
    detail: { sentence: "It waits: by the clock its end has not come yet." },
  });
  await before(10);
  await releaseApproved(scenario.worker);
  expect(await life(identity)).toBe("live");
  await before(-10);
  await passDeadlines(scenario.worker);
  await releaseApproved(scenario.worker);
  expect(await life(identity)).toBe("retiring");
  expect(await raised()).toHaveLength(1);
  await clock("0");
  await seal();
  expect(await faults()).toEqual([]);
});
