import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readLife } from "#db/read/life.ts";
import { readIdentity } from "#db/store/identities.ts";
import { keepObservation } from "#lib/facts/identities/observe.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { living, signInAll } from "./living.ts";
import { openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
  await signInAll(scenario);
});
afterAll(() => scenario.database.close());
const { born } = living(() => scenario);

/** The target is looked at, and shows these differences. */
async function look(identity: string, ...differences: string[]): Promise<void> {
  const { db } = scenario.worker;
  const context = { db, newId: randomUUID, actor: system, subject: { noun: "identity", id: identity } } as const;
  const version = (await readIdentity(db, identity))?.version ?? 0;
  expect(await runFact(context, keepObservation, { identity, version, differences })).toHaveProperty("ok");
}

test("looks in a row that saw the same are one line of an identity's life, and one that saw another thing stands by itself", async () => {
  const identity = await born();
  const wider = "It may do more than was approved: s3:DeleteObject.";
  for (const seen of [[], [], [], [wider], [], []]) await look(identity, ...seen);
  const { entries, cut } = await readLife(scenario.database.web, identity);
  expect(cut).toBe(false);
  const lines = entries.map(({ action, count, times, detail }) => ({ action, count, times: times.length, ...detail }));
  expect(lines.slice(0, 1)).toMatchObject([{ action: "request-version.sealed", count: 1 }]);
  expect(lines.slice(-3)).toMatchObject([
    { action: "identity.observed", count: 3, times: 3, differences: [] },
    { action: "identity.observed", count: 1, times: 1, differences: [wider] },
    { action: "identity.observed", count: 2, times: 2, differences: [] },
  ]);
  const run = entries.at(-3);
  expect(run?.times.at(-1)).toEqual(run?.since);
  expect(run?.times.at(0)).toEqual(run?.at);
  await look(identity);
  const later = await readLife(scenario.database.web, identity);
  expect(later.entries.at(-1)?.count).toBe(3);
  expect(later.entries.map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
});

test("of a life that is longer than what is shown the newest lines are there", async () => {
  const identity = await born();
  for (let at = 0; at < 5; at += 1) await look(identity, `Difference ${at}.`);
  const { entries, cut } = await readLife(scenario.database.web, identity, 3);
  expect(cut).toBe(true);
  expect(entries.map(({ detail }) => detail.differences)).toEqual([2, 3, 4].map((at) => [`Difference ${at}.`]));
  const whole = await readLife(scenario.database.web, identity);
  expect((await readLife(scenario.database.web, identity, whole.entries.length)).cut).toBe(false);
});
