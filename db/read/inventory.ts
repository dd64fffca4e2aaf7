import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { CredentialModel, Environment } from "#lib/domain/charter.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import { type KnownUse, sayUse } from "#lib/domain/last-use.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Queries } from "../client.ts";
import { people, services, teams } from "../schema/directory.ts";
import { identities } from "../schema/inventory.ts";
import { isActive } from "../store/active-people.ts";
import { identitySight, idsInSight } from "./identity-sight.ts";
import { conditions, type InventoryFilter, openFindings } from "./inventory-filter.ts";
import { countUpTo } from "./inventory-tiles.ts";
import { after, type Cursor, cursorValue, encodeCursor, inOrder, type Sort } from "./keyset.ts";

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
  readonly use: Pick<KnownUse, "answer" | "lastUsedAt"> & {
    readonly words: string;
    readonly stale: boolean;
    readonly lagMinutes: number | null;
  };
}

const pageSize = 50;
/** Rows of an export read at once: all of it that is ever held. */
const batch = 500;

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

const ownerActive = isActive(sql`charter.identities.owner`);

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
  lagMinutes: sql<
    number | null
  >`(select max(u.lag_minutes) from charter.uses u where u.tenant = 'main' and u.identity = charter.identities.id)`,
};

interface InventoryAsked {
  readonly filter: InventoryFilter;
  readonly cursor: Cursor | null;
  /** How many rows fit, where that is being counted already. */
  readonly counted?: Promise<InventoryPage["count"]> | undefined;
}

/** One page of identities in sight of the viewer, by key. */
export async function readInventory(
  db: Queries,
  viewer: Viewer,
  { filter, cursor, counted }: InventoryAsked,
): Promise<InventoryPage> {
  const { cut, ...found } = await conditions(db, filter);
  const part = { ...found, sort: sortOf(filter.sort), cursor, size: pageSize };
  const [page, count] = await Promise.all([readPart(db, viewer, part), counted ?? countUpTo(db, viewer, found)]);
  return { ...page, next: page.next === null ? null : encodeCursor(page.next), count, cut };
}

/** The first identities in sight of the viewer that fit the filter, in its order. */
export async function readFirst(
  db: Queries,
  viewer: Viewer,
  { filter, most }: { readonly filter: InventoryFilter; readonly most: number },
): Promise<readonly InventoryRow[]> {
  const { cut: _, ...found } = await conditions(db, filter);
  return (await readPart(db, viewer, { ...found, sort: sortOf(filter.sort), cursor: null, size: most })).rows;
}

/** Every identity in sight of the viewer that fits the filter, by name, a batch at a time. */
export async function* readWholeInventory(db: Queries, viewer: Viewer, filter: InventoryFilter) {
  const { cut: _, ...found } = await conditions(db, filter);
  let cursor: Cursor | null = null;
  do {
    const part: Part = await readPart(db, viewer, { ...found, sort: sortOf("name"), cursor, size: batch });
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
  readonly listed: boolean;
  readonly sort: Sort;
  readonly cursor: Cursor | null;
  readonly size: number;
}

/** Found by their keys, then read: what is found is judged once more by the whole of the viewer's sight. */
async function readPart(db: Queries, viewer: Viewer, { where, listed, sort, cursor, size }: PartOf): Promise<Part> {
  const wanted = idsInSight(viewer, { where: and(where, after(sort, cursor)), listed, sort, limit: size + 1 });
  const found = await db
    .select({ ...columns, cursor: cursorValue(sort) })
    .from(identities)
    .where(and(eq(identities.tenant, "main"), sql`${identities.id} = any (array${wanted})`, identitySight(viewer)))
    .orderBy(inOrder(sort));
  const last = found[size - 1];
  const next = found.length > size && last ? { value: last.cursor, id: last.id } : null;
  return { rows: found.slice(0, size).map(({ cursor: _, ...row }) => withUse(row)), next };
}

interface Told extends Omit<KnownUse, "answer"> {
  readonly useAnswer: KnownUse["answer"];
  readonly staleSince: Date | null;
  /** How late the slowest source may tell; null where nobody tells. */
  readonly lagMinutes: number | null;
}

const withUse = <Row extends Told>({
  useAnswer: answer,
  lastUsedAt,
  unusedSince,
  knownUntil,
  staleSince,
  lagMinutes,
  ...row
}: Row) => ({
  ...row,
  use: {
    ...{ answer, lastUsedAt, lagMinutes, stale: staleSince !== null },
    words: sayUse({ answer, unusedSince, knownUntil }),
  },
});

export interface InventoryChoices {
  readonly targets: readonly string[];
  readonly blueprints: readonly { readonly id: string; readonly title: string }[];
  readonly teams: readonly { readonly slug: string; readonly name: string }[];
  /** The person and the service that are filtered by; null where none is. */
  readonly owner: { readonly id: string; readonly name: string } | null;
  readonly service: { readonly id: string; readonly name: string } | null;
}

/** What the filters offer: what is configured, not what occurs, so that a filter costs no scan. */
export async function readInventoryChoices(
  db: Queries,
  viewer: Viewer,
  filter: Pick<InventoryFilter, "owner" | "service">,
): Promise<InventoryChoices> {
  const [[offered], owner, service] = await Promise.all([
    db.execute<Pick<InventoryChoices, "targets" | "blueprints" | "teams"> & Record<string, unknown>>(sql`
      select array(select name from charter.targets where tenant = 'main' order by configured desc, position) as targets,
        coalesce((select json_agg(json_build_object('id', id, 'title', content ->> 'title') order by content ->> 'title')
          from charter.blueprints where tenant = 'main' and kind = 'blueprint'), '[]') as blueprints,
        coalesce((select json_agg(json_build_object('slug', t.slug, 'name', t.name) order by t.name)
          from (select slug, name from charter.teams where tenant = 'main'
            and (${viewer.roles.length > 0} or id = any (${sql.param([...viewer.teams])}::uuid[])) order by name limit 500) t), '[]') as teams`),
    named(db, people, filter.owner),
    named(db, services, filter.service),
  ]);
  if (!offered) throw new Error("The database answered with no row.");
  return { ...offered, owner, service };
}

/** Whom or what an id names, for the filter that it stands in; null for what is none. */
async function named(db: Queries, table: typeof people | typeof services, id: string) {
  if (!isUuid(id)) return null;
  const [row] = await db
    .select({ id: table.id, name: table.name })
    .from(table)
    .where(and(eq(table.tenant, "main"), eq(table.id, id)));
  return row ?? null;
}
