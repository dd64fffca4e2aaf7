import { afterAll, beforeAll, expect, it } from "vitest";
import { readAskedQuestions } from "#db/read/attestations.ts";
import { readFindingGroups, readFindings } from "#db/read/findings.ts";
import { isIdentityInSight } from "#db/read/identity-sight.ts";
import { readInventory, readWholeInventory } from "#db/read/inventory.ts";
import { readGroups, readTiles } from "#db/read/inventory-tiles.ts";
import { decodeCursor } from "#db/read/keyset.ts";
import { readRequests } from "#db/read/requests.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { inventoryFilter } from "#lib/web/address.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

const id = (letter: string, number: number) => `${letter.repeat(8)}-0000-4000-8000-${String(number).padStart(12, "0")}`;
const team = (number: number) => id("a", number);
const person = (number: number) => id("b", number);

/** A small world drawn by chance: 400 identities, six teams, eight people, every relation held by somebody at some of them. */
interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly environment: string;
  readonly risk: number;
  readonly team: string;
  readonly owner: string;
  readonly backup_person: string | null;
  readonly backup_team: string | null;
  readonly ends_it: string;
  readonly requester: string | null;
  readonly stage: string;
}

let t: TestDatabase;
let world: readonly Row[];
beforeAll(async () => {
  t = await testDatabase();
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`select setseed(0.7)`;
    await sql`insert into charter.teams (id, slug, name) select ('aaaaaaaa-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'team-' || n, 'Team ' || n from generate_series(0, 5) n`;
    await sql`insert into charter.people (id, canonical, subject, issuer, name, email, active)
      select id, id, id::text, 'i', 'P', 'p@x', n <> 5 from (select n, ('bbbbbbbb-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid as id from generate_series(0, 7) n) p`;
    await sql`insert into charter.services (id, slug, name, team, owner, classification, source)
      values (${id("c", 0)}, 'service', 'Service', ${team(0)}, ${person(0)}, 'internal', 'CMDB')`;
    await sql`insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
        owner_accepted_at, backup_person, backup_team, ends_it, classification, credential, charter, charter_request, charter_version,
        object_name, reach, risk, risk_parts, ends_at, born_at)
      select gen_random_uuid(), 'n-' || n, 'b', 'c', 't', (array['dev', 'staging', 'prod'])[1 + floor(random() * 3)::int],
        (array['live', 'live', 'live', 'suspended', 'retired'])[1 + floor(random() * 5)::int], 'p', ${id("c", 0)}::uuid,
        team, owner, now(), case when n % 2 = 0 then backup end, case when n % 2 = 1 then helpers end, ender, 'internal', 'static',
        '{}', gen_random_uuid(), 1, 'o' || n, '{}', floor(random() * 20)::int, '[]', now() + n % 17 * interval '1 day', now()
      from (select n, ('aaaaaaaa-0000-4000-8000-' || lpad(floor(random() * 6)::text, 12, '0'))::uuid as team,
          ('bbbbbbbb-0000-4000-8000-' || lpad(floor(random() * 8)::text, 12, '0'))::uuid as owner,
          ('bbbbbbbb-0000-4000-8000-' || lpad(floor(random() * 8)::text, 12, '0'))::uuid as backup,
          ('aaaaaaaa-0000-4000-8000-' || lpad(floor(random() * 6)::text, 12, '0'))::uuid as helpers,
          ('bbbbbbbb-0000-4000-8000-' || lpad(floor(random() * 8)::text, 12, '0'))::uuid as ender
        from generate_series(1, 400) n) drawn`;
    await sql`insert into charter.requests (id, kind, requester, drafted_at, received_at, channel)
      select id, 'provision', ('bbbbbbbb-0000-4000-8000-' || lpad(floor(random() * 8)::text, 12, '0'))::uuid, now(), now(), 'charter_web'
      from charter.identities where random() < 0.3`;
    await sql`insert into charter.request_versions (request, version, charter, origins, digest, plan_digest, person, received_at, channel)
      select r.id, 1, jsonb_build_object('name', i.name, 'team', i.team, 'owner', i.owner, 'endsIt', i.ends_it, 'target', 't', 'environment', i.environment,
        'backup', case when i.backup_team is null then jsonb_build_object('person', i.backup_person) else jsonb_build_object('team', i.backup_team) end),
        '{}', 'd', 'd', r.requester, now(), 'charter_web' from charter.requests r join charter.identities i on i.id = r.id`;
    await sql`insert into charter.request_states (request, request_version, state, plan, plan_digest, reach, risk, stages, since)
      select id, 1, 'live', '{}', 'd', '{}', 1, '[]', received_at + random() * interval '1 day' from charter.requests`;
    await sql`insert into charter.questions (identity, every_days, opens_at, reminds_at, backup_at, due_at, stage, stage_at)
      select id, 90, now(), now(), now(), now() + random() * interval '9 days', (array['waiting', 'asked', 'overdue'])[1 + floor(random() * 3)::int], now()
      from charter.identities where random() < 0.4`;
    await sql`insert into charter.findings (id, kind, identity, team, environment, target, object, sentence, severity)
      select gen_random_uuid(), 'expiring', id, team, environment, 't', object_name, 'It ends soon.', 10 from charter.identities`;
    await sql`insert into charter.findings (id, kind, target, object, sentence, severity) values (gen_random_uuid(), 'orphan', 't', 'x', 'Nobody knows it.', 10)`;
  });
  world = await t.admin<Row[]>`select i.*, r.requester, coalesce(q.stage, 'none') as stage from charter.identities i
    left join charter.requests r on r.id = i.id left join charter.questions q on q.identity = i.id`;
});
afterAll(() => t.close());

/** The rule as it is told to people, in words of its own: lib/claims and screens rest on it. */
const sees = ({ id: me, roles, teams }: Viewer, row: Row): boolean =>
  roles.length > 0 ||
  teams.includes(row.team) ||
  row.owner === me ||
  row.backup_person === me ||
  (row.backup_team !== null && teams.includes(row.backup_team)) ||
  row.ends_it === me ||
  row.requester === me;

const viewers: readonly Viewer[] = [
  { id: person(0), roles: [], teams: [] },
  { id: person(1), roles: [], teams: [team(1)] },
  { id: person(2), roles: [], teams: [team(1), team(2)] },
  { id: person(3), roles: [], teams: [team(0), team(1), team(2), team(3), team(4), team(5)] },
  { id: person(5), roles: [], teams: [team(4), team(4)] },
  { id: id("e", 1), roles: [], teams: [] },
  { id: id("e", 2), roles: [], teams: [team(3)] },
  { id: id("e", 3), roles: ["auditor"], teams: [team(3)] },
];
const named = viewers.map((viewer, index) => [index, viewer] as const);

const ended = (row: Row) => row.state === "retired";
/** Every row of a view, page after page. */
async function read(viewer: Viewer, query: string) {
  const filter = inventoryFilter(new URLSearchParams(query));
  const ids: string[] = [];
  let [next, count]: [string | null | undefined, number] = [undefined, 0];
  do {
    const page = await readInventory(t.web, viewer, { filter, cursor: decodeCursor(next ?? undefined) });
    ids.push(...page.rows.map((row) => row.id));
    [next, count] = [page.next, page.count.value];
  } while (next !== null);
  return { ids, count };
}
const idsOf = (rows: readonly Row[]) => rows.map((row) => row.id).toSorted();

it.each(named)(
  "viewer %i sees in lists just what the rule gives them, each once, in every order",
  async (_n, viewer) => {
    const mine = world.filter((row) => sees(viewer, row) && !ended(row));
    for (const sort of ["name", "-name", "ends", "-ends", "born", "-born", "used", "-used", "risk", "-risk"]) {
      const { ids, count } = await read(viewer, `sort=${sort}`);
      expect([sort, ids.toSorted()]).toEqual([sort, idsOf(mine)]);
      expect([sort, count]).toEqual([sort, mine.length]);
    }
    const risks = new Map(world.map((row) => [row.id, row.risk]));
    const found = (await read(viewer, "sort=-risk")).ids.map((one) => risks.get(one) ?? 0);
    expect(found).toEqual(found.toSorted((a, b) => b - a));
  },
);

it.each(named)(
  "viewer %i sees through filters, tiles, searches and exports just what the rule gives them",
  async (_n, viewer) => {
    const of = (fits: (row: Row) => boolean) => world.filter((row) => sees(viewer, row) && fits(row));
    const views: readonly (readonly [string, readonly Row[]])[] = [
      ["environment=prod", of((row) => row.environment === "prod" && !ended(row))],
      ["state=suspended", of((row) => row.state === "suspended")],
      ["state=retired", of(ended)],
      ["team=team-1", of((row) => row.team === team(1) && !ended(row))],
      [`owner=${person(2)}`, of((row) => row.owner === person(2) && !ended(row))],
      ["tile=unowned", of((row) => row.owner === person(5) && !ended(row))],
      ["tile=unattested", of((row) => row.stage === "overdue" && !ended(row))],
      ["q=n-3", of((row) => row.name.includes("n-3") && !ended(row))],
    ];
    for (const [query, rows] of views) {
      const { ids, count } = await read(viewer, query);
      expect([query, ids.toSorted()]).toEqual([query, idsOf(rows)]);
      expect([query, count]).toEqual([query, rows.length]);
    }
    const counted = await readTiles(t.web, viewer);
    expect(counted.all.value).toBe(of((row) => !ended(row)).length);
    expect(counted.suspended.value).toBe(of((row) => row.state === "suspended").length);
    const whole: string[] = [];
    for await (const rows of readWholeInventory(t.web, viewer, inventoryFilter(new URLSearchParams(""))))
      whole.push(...rows.map((row) => row.id));
    expect(whole.toSorted()).toEqual(idsOf(of((row) => !ended(row))));
  },
);

it.each(named)("viewer %i counts groups and findings of just what the rule gives them", async (_n, viewer) => {
  const mine = world.filter((row) => sees(viewer, row));
  const filter = inventoryFilter(new URLSearchParams(""));
  const { groups } = await readGroups(t.web, viewer, { filter, by: "team" });
  const told = Object.fromEntries(groups.map(({ key, count }) => [key, count]));
  for (const number of [0, 1, 2, 3, 4, 5])
    expect(told[`team-${number}`] ?? 0).toBe(mine.filter((row) => row.team === team(number) && !ended(row)).length);
  const none = { kind: "", severity: "", environment: "", target: "", team: "", owner: "", q: "", muted: "" };
  for (const [environment, rows] of [
    ["", mine],
    ["prod", mine.filter((row) => row.environment === "prod")],
  ] as const) {
    const found = await readFindingGroups(t.web, viewer, { ...none, environment });
    expect(found.find(({ kind }) => kind === "expiring")?.count.value).toBe(rows.length);
  }
  const [one] = mine;
  for (const q of ["n-3", "N-39", one?.name ?? "n-1"]) {
    const fit = mine.filter(({ name }) => name.includes(q.toLowerCase())).map(({ name }) => name);
    const groups = await readFindingGroups(t.web, viewer, { ...none, q });
    expect(groups.find(({ kind }) => kind === "expiring")?.count.value).toBe(fit.length);
    const { rows } = await readFindings(t.web, viewer, { filter: { ...none, kind: "expiring", q }, cursor: null });
    expect(rows.length).toBe(Math.min(50, fit.length));
    expect(fit).toEqual(expect.arrayContaining(rows.map(({ name }) => name)));
  }
  const orphans = (await readFindingGroups(t.web, viewer, none)).find(({ kind }) => kind === "orphan");
  expect(orphans?.count.value).toBe(viewer.roles.length > 0 ? 1 : 0);
});

it.each(named)("viewer %i is told not found of each identity outside their lists", async (_n, viewer) => {
  const told = await Promise.all(world.slice(0, 60).map((row) => isIdentityInSight(t.web, viewer, row.id)));
  expect(told).toEqual(world.slice(0, 60).map((row) => sees(viewer, row)));
});

it.each(named)("viewer %i sees just the requests of what the rule gives them", async (_n, viewer) => {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const none = { q: "", state: "", mine: false, kind: "", environment: "", target: "" };
    const page = await readRequests(t.web, viewer, { ...none, after });
    ids.push(...page.rows.map((row) => row.id));
    after = page.next ?? undefined;
  } while (after !== undefined);
  expect(ids.toSorted()).toEqual(idsOf(world.filter((row) => row.requester !== null && sees(viewer, row))));
});

it.each(named)(
  "viewer %i is asked as owner, and as backup once it is overdue or the owner is gone",
  async (_n, viewer) => {
    const asked = world.filter((row) => {
      if (!["asked", "overdue"].includes(row.stage) || ended(row)) return false;
      const backup = row.backup_person === viewer.id || viewer.teams.some((one) => one === row.backup_team);
      return row.owner === viewer.id || (backup && (row.stage === "overdue" || row.owner === person(5)));
    });
    const cards = await readAskedQuestions(t.web, viewer);
    expect(cards).toHaveLength(Math.min(asked.length, 50));
    expect(cards.filter((card) => !asked.some((row) => row.id === card.identity))).toEqual([]);
  },
);
