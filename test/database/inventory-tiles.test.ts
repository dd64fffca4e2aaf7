import { afterAll, beforeAll, expect, it } from "vitest";
import { readCoverage, readOpenQuestions, readOwnAnswers } from "#db/read/attestations.ts";
import { readInventory } from "#db/read/inventory.ts";
import { countTilesAtOnce, countTilesEach, readGroups, readTiles } from "#db/read/inventory-tiles.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { tiles } from "#lib/domain/tile.ts";
import { inventoryFilter } from "#lib/web/address.ts";
import { inventoryPage } from "#lib/web/inventory-page.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

const team = (number: number) => `aaaaaaaa-0000-4000-8000-00000000000${number}`;
const person = (number: number) => `bbbbbbbb-0000-4000-8000-00000000000${number}`;
const security: Viewer = { id: person(9), roles: ["security"], teams: [] };
const member: Viewer = { id: person(9), roles: [], teams: [team(1)] };
/** In no team: sees the one identity that names them as its end. */
const ender: Viewer = { id: person(3), roles: [], teams: [] };
const stranger: Viewer = { id: person(8), roles: [], teams: [team(7)] };

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into charter.teams (id, slug, name) select ('aaaaaaaa-0000-4000-8000-00000000000' || n)::uuid, 'team-' || n, 'Team ' || n from generate_series(1, 2) n`;
    await sql`insert into charter.people (id, canonical, subject, issuer, name, email, active)
      select id, id, id::text, 'i', 'P', 'p@x', active from (values (${person(1)}::uuid, true), (${person(2)}::uuid, false)) as p (id, active)`;
    await sql`insert into charter.services (id, slug, name, team, owner, classification, source) select ('cccccccc-0000-4000-8000-00000000000' || n)::uuid, 'service-' || n, 'Service ' || n, ${team(1)}::uuid, ${person(1)}::uuid, 'internal', 'CMDB' from generate_series(1, 2) n`;
    // Every combination of owner, state, credential, use and difference, in two teams and two services.
    await sql`insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
        owner_accepted_at, ends_it, classification, credential, charter, charter_request, charter_version, object_name, reach, risk,
        risk_parts, ends_at, use_answer, stale_since, differences)
      select gen_random_uuid(), 'n' || row_number() over (), 'b', 'c', 't', 'dev', state, 'p', ('cccccccc-0000-4000-8000-00000000000' || s)::uuid,
        ('aaaaaaaa-0000-4000-8000-00000000000' || s)::uuid, ('bbbbbbbb-0000-4000-8000-00000000000' || o)::uuid, now(),
        case when s = 2 and o = 2 and state = 'suspended' and credential = 'static' and answer = 'used' and d = 1 then ${person(3)}::uuid else ${person(4)}::uuid end,
        'internal', credential, ${sql.json({ rotation: { everyDays: 90, riskAnalysis: "r" } })}, gen_random_uuid(), 1,
        'o' || row_number() over (), '{}', 1, '[]', now() + case o when 1 then interval '400 days' else interval '20 days' end, answer,
        case when answer = 'used' and d = 1 then now() end, case d when 1 then '["it differs"]'::jsonb else '[]'::jsonb end
      from generate_series(1, 2) s, generate_series(1, 2) o, unnest(array['live', 'suspended', 'retiring', 'retired']) state,
        unnest(array['static', 'federated']) credential, unnest(array['used', 'not-used', 'no-signal']) answer, generate_series(1, 2) d`;
    await sql`insert into charter.findings (id, kind, identity, team, target, object, sentence, severity, muted_until)
      select gen_random_uuid(), 'expiring', id, team, 't', name, 'It ends soon.', 10, case when credential = 'static' then now() + interval '1 day' end
      from charter.identities where owner = ${person(2)}::uuid`;
    // Muted, and of all that hold a secret: what is not live has nothing to rotate.
    await sql`insert into charter.findings (id, kind, identity, team, target, object, sentence, severity, muted_until)
      select gen_random_uuid(), 'unrotated', id, team, 't', name, 'It is old.', 10, now() + interval '1 day' from charter.identities where credential = 'static'`;
    // Nobody is asked about what is used: of these every other one was answered before, and of the others one has no question at all.
    await sql`insert into charter.questions (identity, every_days, opens_at, reminds_at, backup_at, due_at, stage, stage_at, last_attestation)
      select id, 90, now(), now(), now(), now(),
        case when state = 'suspended' then 'overdue' when use_answer = 'used' then 'waiting' when use_answer = 'not-used' then 'reminded' else 'asked' end, now(),
        case when credential = 'static' then gen_random_uuid() end
      from charter.identities where not (use_answer = 'used' and credential = 'federated' and stale_since is null and state = 'live')`;
  });
});
afterAll(() => t.close());

const page = (viewer: Viewer, query: string) =>
  readInventory(t.web, viewer, { filter: inventoryFilter(new URLSearchParams(query)), cursor: null });

it.each([
  ["security", security, 144],
  ["a member of a team", member, 72],
  ["who ends one", ender, 1],
  ["a stranger", stranger, 0],
] as const)("for %s every tile's number is that of the rows it leads to", async (_who, viewer, all) => {
  const counted = await readTiles(t.web, viewer);
  expect(counted.all).toEqual({ value: all, more: false });
  for (const tile of tiles) expect([tile, counted[tile]]).toEqual([tile, (await page(viewer, `tile=${tile}`)).count]);
});

it.each([
  ["security", security, 144],
  ["a member of a team", member, 72],
  ["who ends one", ender, 1],
  ["a stranger", stranger, 0],
] as const)(
  "for %s all tiles in one reading are what each is by itself, up to so many rows in sight and no more",
  async (_who, viewer, all) => {
    expect(await countTilesAtOnce(t.web, viewer, all)).toEqual(await countTilesEach(t.web, viewer));
    expect(await countTilesAtOnce(t.web, viewer, all - 1)).toBeNull();
  },
);

it.each(["team", "target", "blueprint", "state", "finding"])(
  "a %s that is a blank fits no row, and none is counted",
  async (name) => {
    const { page: shown } = await inventoryPage(t.web, member, new URLSearchParams({ [name]: " " }));
    expect([shown.rows, shown.count]).toEqual([[], { value: 0, more: false }]);
  },
);

it("tells apart what is suspended, unowned, unattested, has findings that are not muted, and what nobody can say of", async () => {
  const counted = await readTiles(t.web, security);
  const values = Object.fromEntries(tiles.map((tile) => [tile, counted[tile].value]));
  expect(values).toEqual({
    ...{ all: 144, findings: 36, unowned: 72, expiring: 48, unattested: 48, suspended: 48 },
    ...{ static: 72, unrotated: 24, stale: 8, "never-used": 16, "no-signal": 16, differs: 72 },
  });
});

it("counts groups to their last row, largest first, and each leads to its rows", async () => {
  for (const by of ["team", "service"] as const) {
    const filter = inventoryFilter(new URLSearchParams("tile=static"));
    const { groups, more } = await readGroups(t.web, security, { filter, by });
    expect([groups.length, more]).toEqual([2, false]);
    for (const { key, count } of groups)
      expect((await page(security, `tile=static&${by}=${key}`)).count.value).toBe(count);
  }
  const filter = inventoryFilter(new URLSearchParams(""));
  expect((await readGroups(t.web, member, { filter, by: "team" })).groups).toMatchObject([
    { key: "team-1", count: 72 },
  ]);
  expect((await readGroups(t.web, stranger, { filter, by: "team" })).groups).toEqual([]);
});

it("leads from each number of the attestations to exactly its rows, of each team and of one's own", async () => {
  const coverage = (await readCoverage(t.web, security)) ?? [];
  expect(coverage.map(({ notYetDue, attested, asked, overdue }) => ({ notYetDue, attested, asked, overdue }))).toEqual(
    [1, 2].map(() => ({ notYetDue: 4, attested: 4, asked: 16, overdue: 24 })),
  );
  for (const { slug, identities, attested, notYetDue, asked, overdue } of coverage) {
    const rows = async (attestation: string) =>
      (await page(security, `team=${slug}&attestation=${attestation}`)).count.value;
    const parts = [await rows("attested"), await rows("never"), await rows("asked"), await rows("overdue")];
    expect(parts).toEqual([attested, notYetDue, asked, overdue]);
    expect(parts.reduce((sum, part) => sum + part)).toBe(identities);
    for (const [stage, number] of [["asked", asked] as const, ["overdue", overdue] as const]) {
      const open = await readOpenQuestions(t.web, security, { team: slug, stage, after: "" });
      expect(open?.rows.length).toBe(number);
    }
  }
  const owner: Viewer = { id: person(1), roles: [], teams: [] };
  const mine = await readOwnAnswers(t.web, owner);
  const notDue = await page(owner, `owner=${owner.id}&attestation=not-due`);
  expect([mine.asked, mine.rest]).toEqual([40, notDue.count.value]);
  expect(notDue.count.value).toBe(8);
  expect((await page(member, "attestation=overdue")).count.value).toBe(24);
});
