import { afterAll, beforeAll, expect, it } from "vitest";
import { readInventory } from "#db/read/inventory.ts";
import { readTiles } from "#db/read/inventory-tiles.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { inventoryFilter } from "#lib/web/address.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

const team = "aaaaaaaa-0000-4000-8000-000000000001";
const other = "aaaaaaaa-0000-4000-8000-000000000002";
const me = "bbbbbbbb-0000-4000-8000-000000000009";
const security: Viewer = { id: me, roles: ["security"], teams: [] };
const member: Viewer = { id: me, roles: [], teams: [team] };
const stranger: Viewer = { id: me, roles: [], teams: [other] };

/** More than are looked up one by one: 10,050 identities of 2,100 people who are all gone, each overdue, not rotated and with a finding. */
let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into charter.teams (id, slug, name) values (${team}, 'many', 'Many'), (${other}, 'other', 'Other')`;
    await sql`insert into charter.people (id, canonical, subject, issuer, name, email, active)
      select id, id, n, 'i', 'P', 'p@x', false from (select n, md5('p' || n)::uuid as id from generate_series(0, 2099) n) p`;
    await sql`insert into charter.services (id, slug, name, team, owner, classification, source)
      values (${other}, 'service', 'Service', ${team}, ${me}, 'internal', 'CMDB')`;
    await sql`insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
        owner_accepted_at, ends_it, classification, credential, charter, charter_request, charter_version, object_name, reach, risk, risk_parts, ends_at)
      select md5('i' || n)::uuid, 'n' || lpad(n::text, 5, '0'), 'b', 'c', 't', 'dev', 'live', 'p', ${other}::uuid, ${team}::uuid,
        md5('p' || n % 2100)::uuid, now(), ${other}::uuid, 'internal', 'static', '{}', gen_random_uuid(), 1, 'o' || n, '{}', 1, '[]',
        now() + interval '1 year' from generate_series(1, 10050) n`;
    await sql`insert into charter.questions (identity, every_days, opens_at, reminds_at, backup_at, due_at, stage, stage_at)
      select id, 90, now(), now(), now(), now(), 'overdue', now() from charter.identities`;
    await sql`insert into charter.findings (id, kind, identity, team, target, object, sentence, severity)
      select gen_random_uuid(), 'unrotated', id, team, 't', object_name, 'It is old.', 10 from charter.identities`;
  });
  await t.admin`analyze`;
});
afterAll(() => t.close());

const many = ["all", "findings", "unowned", "unattested", "static", "unrotated"] as const;

it.each([
  ["security", security],
  ["a member", member],
] as const)(
  "for %s counts to 10,000 and says that there are more, in tiles and above their rows",
  async (_who, viewer) => {
    const counted = await readTiles(t.web, viewer);
    for (const tile of many) {
      expect([tile, counted[tile]]).toEqual([tile, { value: 10_000, more: true }]);
      const filter = inventoryFilter(new URLSearchParams(`tile=${tile}`));
      const page = await readInventory(t.web, viewer, { filter, cursor: null });
      expect([tile, page.count, page.rows.length]).toEqual([tile, { value: 10_000, more: true }, 50]);
      expect([page.rows[0]?.name, page.rows[49]?.name, page.next === null]).toEqual(["n00001", "n00050", false]);
    }
    expect(counted.suspended).toEqual({ value: 0, more: false });
  },
);

it("shows a stranger none of them", async () => {
  const counted = await readTiles(t.web, stranger);
  for (const tile of many) expect([tile, counted[tile]]).toEqual([tile, { value: 0, more: false }]);
});
