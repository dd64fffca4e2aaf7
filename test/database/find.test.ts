import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findByName } from "#db/read/find.ts";
import { requestStates } from "#lib/domain/request.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

const person = randomUUID();
const stranger = randomUUID();

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
