import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RetirementCondition } from "#lib/domain/charter.ts";
import { retireByCondition } from "#lib/worker/sweeps/conditions.ts";
import { ask, judge, openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
let identity: string;
beforeAll(async () => {
  scenario = await openScenario();
  for (const person of ["mara.lind", "tomas.vidal"]) await scenario.signIn(person, ["security"]);
  await scenario.signIn("jonas.kern");
  await scenario.signIn("amara.obi");
  identity = await ask(scenario, "amara.obi");
  await scenario.settle();
  for (const person of ["mara.lind", "tomas.vidal"]) {
    if ((await scenario.state(identity))?.state !== "awaiting-approval") break;
    await judge(scenario, person, identity);
    await scenario.settle();
  }
});
afterAll(() => scenario.database.close());

type Sql = Parameters<Parameters<Scenario["database"]["admin"]["begin"]>[1]>[0];
/** Sets rows as they would have become, without the way there. */
const given = (run: (sql: Sql) => Promise<unknown>) =>
  scenario.database.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await run(sql);
  });
const retiresWhen = (condition: RetirementCondition) =>
  given(
    (
      sql,
    ) => sql`update charter.identities set state = 'live', live_at = now(), charter = jsonb_set(charter, '{retireWhen}', ${sql.json([condition])})
    where id = ${identity}`,
  );
/** Requests of this very test, with the state they came to. */
async function raised() {
  await scenario.settle();
  const rows = await scenario.database.admin<{ reason: string; state: string }[]>`
    select v.change ->> 'reason' as reason, s.state from charter.requests r join charter.request_versions v on v.request = r.id
    join charter.request_states s on s.request = r.id where r.identity = ${identity} and r.kind = 'retire'`;
  return [...rows];
}
beforeEach(() =>
  given(async (sql) => {
    await sql`delete from charter.request_states where request in (select id from charter.requests where identity = ${identity})`;
    await sql`delete from charter.request_versions where request in (select id from charter.requests where identity = ${identity})`;
    await sql`delete from charter.requests where identity = ${identity}`;
    await sql`update charter.people set active = true`;
  }),
);

describe("unused for N days", () => {
  const silent = (days: number) =>
    given(
      (sql) => sql`update charter.identities set use_answer = 'not-used', unused_since = '2026-01-01Z',
      use_known_until = timestamptz '2026-01-01Z' + make_interval(days => ${days}) where id = ${identity}`,
    );

  test("is never met where nothing tells of use, however long", async () => {
    await retiresWhen({ kind: "unused", days: 30 });
    await given(
      (sql) =>
        sql`update charter.identities set use_answer = 'no-signal', unused_since = null, use_known_until = null where id = ${identity}`,
    );
    expect(await retireByCondition(scenario.worker)).toBe(0);
  });

  test("is met on its day and not the day before, asked for once by two workers, with its reason", async () => {
    await retiresWhen({ kind: "unused", days: 30 });
    await silent(29);
    expect(await retireByCondition(scenario.worker)).toBe(0);
    await silent(30);
    const both = await Promise.all([retireByCondition(scenario.worker), retireByCondition(scenario.worker)]);
    expect(both.toSorted()).toEqual([0, 1]);
    const reason = "Not used since 1 Jan 2026, as its target tells; its charter allows 30 days.";
    expect(await raised()).toEqual([{ reason, state: "approved" }]);
    expect(await retireByCondition(scenario.worker)).toBe(0);
  });

  test("is not met while it is suspended, nor without the condition in its charter", async () => {
    await retiresWhen({ kind: "unused", days: 30 });
    await silent(300);
    await given((sql) => sql`update charter.identities set state = 'suspended' where id = ${identity}`);
    expect(await retireByCondition(scenario.worker)).toBe(0);
    await retiresWhen({ kind: "owner-gone" });
    expect(await retireByCondition(scenario.worker)).toBe(0);
  });
});

describe("owner gone", () => {
  const leave = (days: number, who: "owner" | "everybody") =>
    given(async (sql) => {
      await sql`update charter.people set active = false where ${who === "everybody"} or canonical = (select owner from charter.identities where id = ${identity})`;
      await sql`update charter.identities set born_at = now() - make_interval(days => ${days}) where id = ${identity}`;
      await sql`update charter.audit_entries set at = now() - make_interval(days => ${days}), detail = detail || '{"active": false}' where noun = 'person'`;
    });

  test("waits for whoever stands behind", async () => {
    await retiresWhen({ kind: "owner-gone" });
    await leave(30, "owner");
    expect(await retireByCondition(scenario.worker)).toBe(0);
  });

  test("is met once a successor has had his days, and not while one is asked", async () => {
    await retiresWhen({ kind: "owner-gone" });
    await leave(6, "everybody");
    expect(await retireByCondition(scenario.worker)).toBe(0);
    await leave(8, "everybody");
    const transfer = "00000000-0000-4000-8000-000000000001";
    await given(async (sql) => {
      await sql`insert into charter.requests (id, kind, identity, drafted_at, received_at, channel) values (${transfer}, 'transfer', ${identity}, now(), now(), 'charter_worker')`;
      await sql`insert into charter.request_states (request, request_version, state) values (${transfer}, 1, 'awaiting-acceptance')`;
    });
    expect(await retireByCondition(scenario.worker)).toBe(0);
    await given((sql) => sql`update charter.request_states set state = 'expired' where request = ${transfer}`);
    expect(await retireByCondition(scenario.worker)).toBe(1);
    const [one] = await raised();
    expect(one?.reason).toMatch(/^Its owner .+ is no longer active, and nobody active stands behind\.$/);
  });
});
