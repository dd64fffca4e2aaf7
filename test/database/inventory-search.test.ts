import { afterAll, beforeAll, expect, it } from "vitest";
import { readInventory } from "#db/read/inventory.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { inventoryFilter } from "#lib/web/address.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

const id = "aaaaaaaa-0000-4000-8000-000000000001";
const viewer: Viewer = { id, roles: ["auditor"], teams: [] };
const purposes = {
  ledger: "Nightly LEDGER report.",
  host: "Reads example.com for the crawler",
  percent: "Keeps 100% of a_b and c\\d",
  umlaut: "Löscht alte Übersichten",
  plain: "Nothing of that",
};

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    for (const [name, purpose] of Object.entries(purposes))
      await sql`insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
          owner_accepted_at, ends_it, classification, credential, charter, charter_request, charter_version, object_name, reach, risk, risk_parts, ends_at)
        values (gen_random_uuid(), ${`id-${name}`}, 'b', 'c', 't', 'dev', 'live', ${purpose}, ${id}, ${id}, ${id}, now(), ${id}, 'internal', 'static',
          '{}', gen_random_uuid(), 1, ${`object-${name}`}, '{}', 1, '[]', now() + interval '1 year')`;
  });
});
afterAll(() => t.close());

it.each([
  ["ledger", ["id-ledger"]],
  ["Report nightly", ["id-ledger"]],
  ["repor", []],
  ["http://example.com", ["id-host"]],
  ["crawler <b>", ["id-host"]],
  ["100% a_b", ["id-percent"]],
  ["c\\d", ["id-percent"]],
  ["über", []],
  ["ÜBERSICHTEN löscht", ["id-umlaut"]],
  ["nothing ledger", []],
  ["%", []],
] as const)("finds by the words of a purpose, whatever stands around them: %s", async (q, names) => {
  const filter = inventoryFilter(new URLSearchParams({ q }));
  const { rows } = await readInventory(t.web, viewer, { filter, cursor: null });
  expect(rows.map(({ name }) => name)).toEqual(names);
});
