import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, judge, ledgerAnswers, openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
  await scenario.signIn("mara.lind", ["security"]);
  await scenario.signIn("tomas.vidal", ["security"]);
  await scenario.signIn("jonas.kern");
  await scenario.signIn("amara.obi");
});
afterAll(() => scenario.database.close());

describe("a request's way", () => {
  test("received, approved by those it asks, accepted, released into an intent with steps", async () => {
    const request = await ask(scenario, "amara.obi");
    await scenario.settle();
    expect(await scenario.state(request)).toMatchObject({ state: "awaiting-approval" });
    const [asked] = await scenario.worker.db.execute<{ stages: { count: number }[] }>(
      sql`select stages from charter.request_states where request = ${request}::uuid`,
    );
    const wanted = asked?.stages[0]?.count ?? 0;
    expect(await judge(scenario, "mara.lind", request)).toEqual({ ok: null });
    if (wanted > 1) expect(await judge(scenario, "tomas.vidal", request)).toEqual({ ok: null });
    await scenario.settle();
    expect(await scenario.state(request)).toMatchObject({ state: "provisioning" });
    const steps = await scenario.worker.db.execute(sql`
      select s.name, s.state from charter.steps s join charter.intents i on i.id = s.intent where i.request = ${request}::uuid order by s.ordinal`);
    expect(steps[0]).toMatchObject({ state: "ready" });
    expect(steps.length).toBeGreaterThan(2);
    expect(await scenario.entries("identity", request)).toEqual(["identity.recorded"]);
  });
});
