import { afterAll, beforeAll, expect, test } from "vitest";
import { readIdentityPage } from "#db/read/identity.ts";
import { readIdentity } from "#db/store/identities.ts";
import { readState } from "#db/store/requests.ts";
import { accept } from "#lib/claims/acceptances/accept.ts";
import { finishIntent } from "#lib/facts/intents/finish.ts";
import { living, signInAll } from "./living.ts";
import { openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
  await signInAll(scenario);
});
afterAll(() => scenario.database.close());
const { commitStep, passApproval, born, asks } = living(() => scenario);

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const pageOf = async (identity: string) => {
  const page = await readIdentityPage(scenario.worker.db, scenario.as("amara.obi").actor, identity);
  if (page === null) throw new Error("She owns it.");
  return page;
};

test("an identity's page shows the plan that it is held to now, not that of its birth", async () => {
  const identity = await born();
  expect((await pageOf(identity)).plan?.request).toBe(identity);
  await scenario.database.setClock("20 days");
  const endsAt = inDays(410);
  const renewed = await asks("amara.obi", identity, { kind: "renew", change: { endsAt } });
  await passApproval(renewed.id);
  expect((await pageOf(identity)).plan?.request).toBe(identity);
  await commitStep(renewed.id, finishIntent);
  expect((await pageOf(identity)).plan).toMatchObject({ request: renewed.id, version: 1, plan: { endsAt } });
  await scenario.database.setClock("0");
});

test("a transfer that was still to be accepted when a renewal was done does not take the new end back", async () => {
  const identity = await born();
  await scenario.database.setClock("20 days");
  const to = scenario.id("jonas.kern");
  const handed = await asks("amara.obi", identity, { kind: "transfer", change: { to } });
  await passApproval(handed.id);
  const endsAt = inDays(410);
  const renewed = await asks("amara.obi", identity, { kind: "renew", change: { endsAt } });
  await passApproval(renewed.id);
  await commitStep(renewed.id, finishIntent);

  const digest = (await readState(scenario.worker.db, handed.id))?.planDigest ?? "";
  await accept(scenario.as("jonas.kern"), { request: handed.id, version: 1, planDigest: digest });
  await scenario.settle();
  expect(await scenario.state(handed.id)).toMatchObject({
    state: "resubmit",
    detail: { sentence: "The identity has changed since this was asked." },
  });
  expect(await readIdentity(scenario.worker.db, identity)).toMatchObject({
    owner: scenario.id("amara.obi"),
    charter: { endsAt },
  });
  await scenario.database.setClock("0");
});
