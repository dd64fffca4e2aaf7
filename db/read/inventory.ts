import { and, eq, inArray, ne, notInArray, type SQL, sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";
import type { CredentialModel, Environment } from "#lib/domain/charter.ts";
import { environments } from "#lib/domain/charter.ts";
import { asDebtGroup } from "#lib/domain/debt.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import { type KnownUse, sayUse } from "#lib/domain/last-use.ts";
import type { Queries } from "../client.ts";
import { people, services, teams } from "../schema/directory.ts";
import { identities } from "../schema/inventory.ts";
import { inDebtGroup } from "./debt.ts";
import { identitySight } from "./identity-sight.ts";
import { matching } from "./inventory-search.ts";
import { after, type Cursor, cursorValue, encodeCursor, inOrder, type Sort } from "./keyset.ts";

/** Headline groups; each is a filter and a count. */
export const tiles = ["all", "unowned", "expiring", "stale", "never-used", "static", "unrotated", "differs"] as const;
export type Tile = (typeof tiles)[number];

export interface InventoryFilter {
  readonly tile: Tile;
  readonly q: string;
  readonly environment: string;
  readonly target: string;
  readonly blueprint: string;
  readonly team: string;
  readonly state: string;
  /** A kind of finding. */
  readonly finding: string;
  /** Id of a person, and of a business service. */
  readonly owner: string;
  readonly service: string;
  /** A group of provisioning debt (lib/domain/debt.ts). */
  readonly debt: string;
  /** `name`, `ends`, `born`, `used`, `risk`, with `-` for descending. */
  readonly sort: string;
}

export interface InventoryRow {
  readonly id: string;
  readonly name: string;
  readonly blueprint: string;
  readonly target: string;
  readonly environment: Environment;
  readonly state: IdentityState;
  readonly owner: string;
  readonly ownerActive: boolean;
  readonly team: string;
  readonly service: string;
  readonly purpose: string;
  readonly credential: CredentialModel;
  readonly endsAt: Date;
  readonly risk: number;
  readonly reach: string;
  readonly differences: number;
  /** Open and not muted: how many, and the severity of the worst; 0 and 0 when there is none. */
  readonly findings: { readonly count: number; readonly worst: number };
  readonly use: Pick<KnownUse, "answer" | "lastUsedAt"> & { readonly words: string; readonly stale: boolean };
}

/** Days before its end from which an identity counts as expiring. */
export const expiringDays = 30;
const pageSize = 50;
/** Rows of an export read at once: all of it that is ever held. */
const batch = 500;
const capped = 10_000;
const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const sorts = {
  name: { column: identities.name, type: "text" },
  ends: { column: identities.endsAt, type: "timestamptz" },
  born: { column: identities.bornAt, type: "timestamptz" },
  used: { column: sql`coalesce(${identities.lastUsedAt}, '-infinity'::timestamptz)`, type: "timestamptz" },
  risk: { column: identities.risk, type: "integer" },
} as const;

const sortOf = (text: string): Sort => {
  const key = text.replace(/^-/, "");
  const chosen = Object.hasOwn(sorts, key) ? sorts[key as keyof typeof sorts] : sorts.name;
  return { ...chosen, id: identities.id, descending: text.startsWith("-") };
};

const ownerActive = sql<boolean>`exists (select 1 from charter.people p where p.tenant = 'main'
  and p.canonical = charter.identities.owner and p.active)`;

const present = notInArray(identities.state, ["retired", "failed"]);
/** The clock and who is gone are asked once: in the row's own condition they would be asked for every row. */
const tileCondition: { readonly [T in Tile]: SQL | undefined } = {
  all: undefined,
  unowned: sql`${identities.owner} = any (array(select ${people.canonical} from ${people} where ${people.tenant} = 'main' group by ${people.canonical} having not bool_or(${people.active})))`,
  expiring: sql`${identities.state} = 'live' and ${identities.endsAt} < (select charter.clock() + make_interval(days => ${expiringDays}))`,
  stale: sql`${identities.staleSince} is not null and ${identities.state} = 'live'`,
  "never-used": sql`${identities.useAnswer} = 'not-used' and ${identities.firstUseAt} is null and ${identities.state} = 'live'`,
  static: eq(identities.credential, "static"),
  unrotated: sql`${identities.credential} = 'static' and ${identities.state} = 'live' and exists (
    select 1 from charter.credentials c where c.tenant = 'main' and c.identity = charter.identities.id and c.state = 'active'
      and c.issued_at < (select charter.clock())
        - make_interval(days => coalesce((charter.identities.charter -> 'rotation' ->> 'everyDays')::integer, 0)))`,
  differs: sql`${identities.differences} <> '[]'::jsonb`,
};

const openFindings = sql`from charter.findings f where f.tenant = 'main' and f.identity = charter.identities.id and f.closed_at is null
  and (f.muted_until is null or f.muted_until <= (select charter.clock()))`;

async function conditions(
  db: Queries,
  viewer: Viewer,
  filter: InventoryFilter,
): Promise<{ where: SQL | undefined; cut: boolean }> {
  const search = filter.q.trim() === "" ? null : await matching(db, filter.q.trim());
  const environment = environments.find((candidate) => candidate === filter.environment);
  const debt = asDebtGroup(filter.debt);
  const where = and(
    eq(identities.tenant, "main"),
    identitySight(viewer),
    filter.state === "retired" ? inArray(identities.state, ["retired", "failed"]) : present,
    filter.state && filter.state !== "retired" ? sql`${identities.state} = ${filter.state}` : undefined,
    tileCondition[filter.tile],
    environment ? eq(identities.environment, environment) : undefined,
    filter.target ? eq(identities.target, filter.target) : undefined,
    filter.blueprint ? eq(identities.blueprint, filter.blueprint) : undefined,
    filter.team
      ? sql`${identities.team} = (select ${teams.id} from ${teams} where ${teams.tenant} = 'main' and ${teams.slug} = ${filter.team})`
      : undefined,
    isId.test(filter.owner) ? eq(identities.owner, filter.owner) : undefined,
    isId.test(filter.service) ? eq(identities.service, filter.service) : undefined,
    filter.finding ? sql`exists (select 1 ${openFindings} and f.kind = ${filter.finding})` : undefined,
    debt ? inDebtGroup(debt) : undefined,
    search ? sql`${identities.id} = any (${sql.param([...search.ids])}::uuid[])` : undefined,
  );
  return { where, cut: search?.cut ?? false };
}

export interface InventoryPage {
  readonly rows: readonly InventoryRow[];
  readonly next: string | null;
  /** Matching rows, counted up to 10,000. */
  readonly count: { readonly value: number; readonly more: boolean };
  /** True when a search word matched more than is looked through: "first matches; refine". */
  readonly cut: boolean;
}

const columns = {
  id: identities.id,
  name: identities.name,
  blueprint: identities.blueprint,
  target: identities.target,
  environment: identities.environment,
  state: identities.state,
  owner: sql<string>`coalesce((select ${people.name} from ${people} where ${people.tenant} = 'main' and ${people.id} = ${identities.owner}), '')`,
  ownerActive,
  team: sql<string>`coalesce((select ${teams.name} from ${teams} where ${teams.tenant} = 'main' and ${teams.id} = ${identities.team}), '')`,
  service: sql<string>`coalesce((select ${services.name} from ${services} where ${services.tenant} = 'main' and ${services.id} = ${identities.service}), '')`,
  purpose: identities.purpose,
  credential: identities.credential,
  endsAt: identities.endsAt,
  risk: identities.risk,
  reach: sql<string>`${identities.reach} ->> 'phrase'`,
  differences: sql<number>`jsonb_array_length(${identities.differences})`,
  findings: sql<
    InventoryRow["findings"]
  >`(select jsonb_build_object('count', count(*), 'worst', coalesce(max(f.severity), 0)) ${openFindings})`,
  useAnswer: identities.useAnswer,
  lastUsedAt: identities.lastUsedAt,
  unusedSince: identities.unusedSince,
  knownUntil: identities.useKnownUntil,
  staleSince: identities.staleSince,
};

/** One page of identities in sight of the viewer, by key. */
export async function readInventory(
  db: Queries,
  viewer: Viewer,
  { filter, cursor }: { readonly filter: InventoryFilter; readonly cursor: Cursor | null },
): Promise<InventoryPage> {
  const { where, cut } = await conditions(db, viewer, filter);
  const part = { where, sort: sortOf(filter.sort), cursor, size: pageSize };
  const [page, count] = await Promise.all([readPart(db, part), countUpTo(db, where)]);
  return { ...page, next: page.next === null ? null : encodeCursor(page.next), count, cut };
}

/** Every identity in sight of the viewer that fits the filter, by name, a batch at a time. */
export async function* readWholeInventory(db: Queries, viewer: Viewer, filter: InventoryFilter) {
  const { where } = await conditions(db, viewer, filter);
  let cursor: Cursor | null = null;
  do {
    const part: Part = await readPart(db, { where, sort: sortOf("name"), cursor, size: batch });
    if (part.rows.length > 0) yield part.rows;
    cursor = part.next;
  } while (cursor !== null);
}

interface Part {
  readonly rows: readonly InventoryRow[];
  readonly next: Cursor | null;
}
interface PartOf {
  readonly where: SQL | undefined;
  readonly sort: Sort;
  readonly cursor: Cursor | null;
  readonly size: number;
}

async function readPart(db: Queries, { where, sort, cursor, size }: PartOf): Promise<Part> {
  const found = await db
    .select({ ...columns, cursor: cursorValue(sort) })
    .from(identities)
    .where(and(where, after(sort, cursor)))
    .orderBy(inOrder(sort))
    .limit(size + 1);
  const last = found[size - 1];
  const next = found.length > size && last ? { value: last.cursor, id: last.id } : null;
  return { rows: found.slice(0, size).map(({ cursor: _, ...row }) => withUse(row)), next };
}

interface Told extends Omit<KnownUse, "answer"> {
  readonly useAnswer: KnownUse["answer"];
  readonly staleSince: Date | null;
}

const withUse = <Row extends Told>({
  useAnswer: answer,
  lastUsedAt,
  unusedSince,
  knownUntil,
  staleSince,
  ...row
}: Row) => ({
  ...row,
  use: { answer, lastUsedAt, words: sayUse({ answer, unusedSince, knownUntil }), stale: staleSince !== null },
});

async function countUpTo(db: Queries, where: SQL | undefined) {
  const found = db
    .select({ one: sql`1` })
    .from(identities)
    .where(where)
    .limit(capped + 1)
    .as("found");
  const [row] = await db.select({ value: sql<number>`count(*)::int` }).from(found);
  const value = row?.value ?? 0;
  return { value: Math.min(value, capped), more: value > capped };
}

export type TileCounts = { readonly [T in Tile]: { readonly value: number; readonly more: boolean } };

/** Counts of the headline tiles in sight of the viewer, each up to 10,000. */
export async function readTiles(db: Queries, viewer: Viewer): Promise<TileCounts> {
  if (!seesEverything(viewer)) return tilesInSight(db, viewer);
  const entries = await Promise.all(
    tiles.map(async (tile) => {
      const where = and(eq(identities.tenant, "main"), present, tileCondition[tile]);
      return [tile, await countUpTo(db, where)] as const;
    }),
  );
  return Object.fromEntries(entries) as { [T in Tile]: { value: number; more: boolean } };
}

/** All of them in one pass over what the viewer sees, which is found by index and small beside everything. */
async function tilesInSight(db: Queries, viewer: Viewer): Promise<TileCounts> {
  const counts = tiles.map((tile) => {
    const count = sql<number>`(count(*) filter (where ${tileCondition[tile] ?? sql`true`}))::int`;
    return [tile, count] as const;
  });
  const [row] = await db
    .select(Object.fromEntries(counts) as { [T in Tile]: SQL<number> })
    .from(identities)
    .where(and(eq(identities.tenant, "main"), identitySight(viewer), present));
  const shown = tiles.map((tile) => {
    const value = row?.[tile] ?? 0;
    return [tile, { value: Math.min(value, capped), more: value > capped }] as const;
  });
  return Object.fromEntries(shown) as { [T in Tile]: { value: number; more: boolean } };
}

export interface InventoryChoices {
  readonly targets: readonly string[];
  readonly blueprints: readonly { readonly id: string; readonly title: string }[];
  readonly teams: readonly { readonly slug: string; readonly name: string }[];
}

/** What the filters offer: what is configured, not what occurs, so that a filter costs no scan. */
export async function readInventoryChoices(db: Queries, viewer: Viewer): Promise<InventoryChoices> {
  const [targetRows, blueprintRows, teamRows] = await Promise.all([
    db.execute<{ name: string }>(
      sql`select name from charter.targets where tenant = 'main' order by configured desc, position`,
    ),
    db.execute<{ id: string; title: string }>(
      sql`select id, content ->> 'title' as title from charter.blueprints where tenant = 'main' and kind = 'blueprint' order by content ->> 'title'`,
    ),
    db
      .select({ slug: teams.slug, name: teams.name })
      .from(teams)
      .where(
        and(
          eq(teams.tenant, "main"),
          viewer.roles.length > 0 ? ne(teams.slug, "") : inArray(teams.id, [...viewer.teams]),
        ),
      )
      .orderBy(teams.name)
      .limit(500),
  ]);
  return { targets: targetRows.map(({ name }) => name), blueprints: [...blueprintRows], teams: teamRows };
}
