import { afterAll, beforeAll, expect, it } from "vitest";
import { readInventory } from "#db/read/inventory.ts";
import { readTiles } from "#db/read/inventory-tiles.ts";
import { decodeCursor } from "#db/read/keyset.ts";
import { inventoryFilter } from "#lib/web/address.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

let t: TestDatabase;
const viewer = { id: "00000000-0000-4000-8000-00000000000a", roles: ["security"], teams: [] } as const;

beforeAll(async () => {
  t = await testDatabase();
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
        owner_accepted_at, ends_it, classification, credential, charter, charter_request, charter_version, object_name, reach, risk,
        risk_parts, ends_at, use_answer, last_used_at, unused_since, use_known_until, stale_since, first_use_at)
      select gen_random_uuid(), n.name, 'b', 'c', 't', 'dev', n.state, 'p', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(),
        gen_random_uuid(), 'internal', n.credential, ${sql.json({ rotation: { everyDays: 90, riskAnalysis: "r" } })}, gen_random_uuid(), 1, n.name, '{}', 1, '[]', now() + interval '1 year',
        n.answer, n.used, n.since, now(), n.stale, n.used
      from (values
        ('never',   'live',      'federated', 'not-used',  null,                     now() - interval '20 days', null),
        ('quiet',   'live',      'static',    'used',      now() - interval '80 days', now() - interval '80 days', now() - interval '35 days'),
        ('fresh',   'live',      'static',    'used',      now() - interval '1 hour',  now() - interval '1 hour',  null),
        ('unknown', 'live',      'static',    'no-signal', null,                     null,                      null),
        ('held',    'suspended', 'static',    'not-used',  null,                     now() - interval '99 days', now() - interval '50 days')
      ) as n (name, state, credential, answer, used, since, stale)`;
    await sql`insert into charter.findings (id, kind, identity, team, target, object, sentence, severity, closed_at)
      select gen_random_uuid(), 'unrotated', id, team, target, name, 'It is old.', 10, case name when 'fresh' then now() end
      from charter.identities where name in ('quiet', 'fresh', 'held')`;
  });
});
afterAll(() => t.close());

const view = async (query: string) => {
  const filter = inventoryFilter(new URLSearchParams(query));
  const { rows } = await readInventory(t.web, viewer, { filter, cursor: null });
  return rows.map(
    ({ name, use }) => `${name}: ${use.lastUsedAt === null ? use.words : "used"}${use.stale ? ", stale" : ""}`,
  );
};

it("says of each when it was used, that it was not within how long, or that nothing tells", async () => {
  expect(await view("")).toEqual([
    "fresh: used",
    "held: not used in 99 days, stale",
    "never: not used in 20 days",
    "quiet: used, stale",
    "unknown: no signal",
  ]);
});

it("counts and filters alike what is stale, never used and not rotated in time; no signal is none of them", async () => {
  const { stale, "never-used": never, unrotated } = await readTiles(t.web, viewer);
  expect([stale, never, unrotated].map(({ value }) => value)).toEqual([1, 1, 1]);
  expect(await view("tile=stale")).toEqual(["quiet: used, stale"]);
  expect(await view("tile=never-used")).toEqual(["never: not used in 20 days"]);
  expect(await view("tile=unrotated")).toEqual(["quiet: used, stale"]);
});

it("counts the same for someone who sees only their own", async () => {
  const [row] = await t.admin`select team from charter.identities where name = 'quiet'`;
  const {
    stale,
    "never-used": never,
    unrotated,
  } = await readTiles(t.web, { ...viewer, roles: [], teams: [row?.team] });
  expect([stale, never, unrotated].map(({ value }) => value)).toEqual([1, 0, 1]);
});

it("sorts by last use, those without one first, and goes on from any of them", async () => {
  const filter = inventoryFilter(new URLSearchParams("sort=used"));
  const { rows } = await readInventory(t.web, viewer, { filter, cursor: null });
  expect(rows.slice(3).map(({ name }) => name)).toEqual(["quiet", "fresh"]);
  const [first] = rows;
  const cursor = decodeCursor(Buffer.from(JSON.stringify(["-infinity", first?.id])).toString("base64url"));
  const after = await readInventory(t.web, viewer, { filter, cursor });
  expect(after.rows.map(({ id }) => id)).toEqual(rows.slice(1).map(({ id }) => id));
});
