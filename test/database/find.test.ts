import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findByName } from "#db/read/find.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { requestStates } from "#lib/domain/request.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

const person = randomUUID();
const stranger = randomUUID();
const [team, elsewhere] = [randomUUID(), randomUUID()];

let t: TestDatabase;
/** One request in each state, named after it, the later states since longer. */
beforeAll(async () => {
  t = await testDatabase();
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    for (const [place, state] of requestStates.entries()) {
      const id = randomUUID();
      await sql`insert into charter.requests (id, kind, requester, drafted_at, received_at, channel) values (${id}, 'provision', ${person}, now(), now(), 'charter_web')`;
      await sql`insert into charter.request_versions (request, version, charter, origins, digest, plan_digest, received_at, channel)
        values (${id}, 1, ${sql.json({ name: `ledger-${state}`, target: "payments-aws" })}, '{}', 'd', 'p', now(), 'charter_web')`;
      await sql`insert into charter.request_states (request, request_version, state, since) values (${id}, 1, ${state}, now() - ${place} * interval '1 hour')`;
    }
    // Twelve of the team, twelve of another, of which the person owns the last.
    await sql`insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
        owner_accepted_at, ends_it, classification, credential, charter, charter_request, charter_version, object_name, reach, risk, risk_parts, ends_at)
      select gen_random_uuid(), 'svc-' || n, 'b', 'c', 't', 'dev', 'live', 'p', gen_random_uuid(), case when n % 2 = 0 then ${team}::uuid else ${elsewhere}::uuid end,
        case when n = 33 then ${person}::uuid else gen_random_uuid() end, now(), gen_random_uuid(), 'internal', 'static', '{}', gen_random_uuid(), 1,
        'o' || n, '{}', 1, '[]', now() + interval '90 days' from generate_series(10, 33) n`;
  });
});
afterAll(() => t.close());

const found = async (viewer: string, text: string) =>
  (await findByName(t.web, { id: viewer, roles: [], teams: [] }, text)).map(({ state }) => state);

it("finds requests under way first, then what was refused or ended without an identity, and nobody else's", async () => {
  const underWay = ["received", "awaiting-approval", "awaiting-acceptance", "resubmit", "approved", "provisioning"];
  expect(await found(person, "ledger")).toEqual([...underWay, "refused", "denied"]);
  expect(await found(person, "ledger-withdrawn")).toEqual(["withdrawn"]);
  expect(await found(person, "ledger-failed")).toEqual(["failed"]);
  expect(await found(person, "ledger-live")).toEqual([]);
  expect(await found(stranger, "ledger")).toEqual([]);
});

it("finds the first eight identities by name, of each relation once, and nobody else's", async () => {
  const names = async (viewer: Viewer, text: string) => (await findByName(t.web, viewer, text)).map(({ name }) => name);
  const member: Viewer = { id: person, roles: [], teams: [team] };
  expect(await names(member, "svc")).toEqual([10, 12, 14, 16, 18, 20, 22, 24].map((n) => `svc-${n}`));
  expect(await names(member, "vc-3")).toEqual(["svc-30", "svc-32", "svc-33"]);
  expect(await names({ ...member, teams: [team, elsewhere] }, "SVC-3")).toEqual(
    [30, 31, 32, 33].map((n) => `svc-${n}`),
  );
  expect(await names({ ...member, teams: [] }, "svc")).toEqual(["svc-33"]);
  expect(await names({ id: stranger, roles: ["security"], teams: [] }, "svc-1")).toEqual(
    [10, 11, 12, 13, 14, 15, 16, 17].map((n) => `svc-${n}`),
  );
  expect(await names({ id: stranger, roles: [], teams: [] }, "svc")).toEqual([]);
});
