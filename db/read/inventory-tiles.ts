import { and, type SQL, sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";
import { type Tile, tiles } from "#lib/domain/tile.ts";
import type { Queries } from "../client.ts";
import { identities } from "../schema/inventory.ts";
import { gonePeople } from "../store/active-people.ts";
import { mayBeAsked, questionIs } from "./coverage.ts";
import { idsInSight, inSight, type Wanted } from "./identity-sight.ts";
import {
  conditions,
  type InventoryFilter,
  isEnabled,
  isLive,
  present,
  tileWhere,
  toldByRow,
} from "./inventory-filter.ts";

const capped = 10_000;

/** Rows in sight of the viewer that fit, counted up to 10,000. */
export async function countUpTo(db: Queries, viewer: Viewer, of: Omit<Wanted, "sort" | "limit">) {
  const [row] = await db.execute<{ value: number }>(
    sql`select count(*)::int as value from ${idsInSight(viewer, { ...of, limit: capped + 1 })} found`,
  );
  const value = row?.value ?? 0;
  return { value: Math.min(value, capped), more: value > capped };
}

/** What an inventory is grouped by. */
export const groupings = ["team", "service"] as const;
export type Grouping = (typeof groupings)[number];
export interface InventoryGroup {
  /** What filters by it: a team's slug, a service's id. */
  readonly key: string;
  readonly name: string;
  readonly count: number;
}
export interface InventoryGroups {
  readonly by: Grouping;
  readonly groups: readonly InventoryGroup[];
  /** True when there are more groups than are shown. */
  readonly more: boolean;
}
const mostGroups = 200;
const grouped = {
  team: { column: identities.team, table: sql`charter.teams`, key: sql`g.slug` },
  service: { column: identities.service, table: sql`charter.services`, key: sql`g.id::text` },
} as const;

/** The view's rows by team or by service, each counted to its last, largest first; at most 200. */
export async function readGroups(
  db: Queries,
  viewer: Viewer,
  { filter, by }: { readonly filter: InventoryFilter; readonly by: Grouping },
): Promise<InventoryGroups> {
  const { where, listed } = await conditions(db, filter);
  const { column, table, key } = grouped[by];
  const seen = inSight(viewer, { where, listed, columns: sql`${column} as of` });
  const rows = await db.execute<{ key: string; name: string; count: number }>(sql`
    select ${key} as key, g.name, counted.count
    from (select seen.of, count(*)::int as count from ${seen} seen group by seen.of) counted
    join ${table} g on g.tenant = 'main' and g.id = counted.of
    order by counted.count desc, g.name, g.id limit ${mostGroups + 1}`);
  return { by, groups: rows.slice(0, mostGroups), more: rows.length > mostGroups };
}

export type TileCounts = { readonly [T in Tile]: { readonly value: number; readonly more: boolean } };

/** Counts of the headline tiles in sight of the viewer, each up to 10,000. */
export const readTiles = async (db: Queries, viewer: Viewer): Promise<TileCounts> =>
  (seesEverything(viewer) ? null : await countTilesAtOnce(db, viewer, rowsReadAtOnce)) ??
  (await countTilesEach(db, viewer));

/** Up to so many rows in sight are read to count all tiles at once; of more, each tile's index is asked by itself. */
const rowsReadAtOnce = 5000;

/** Each tile by itself, whoever looks. */
export async function countTilesEach(db: Queries, viewer: Viewer): Promise<TileCounts> {
  const entries = await Promise.all(
    tiles.map(async (tile) => {
      const { where, listed } = await tileWhere(db, tile);
      return [tile, await countUpTo(db, viewer, { where: and(present, where), listed })] as const;
    }),
  );
  return Object.fromEntries(entries) as { [T in Tile]: { value: number; more: boolean } };
}

/** What holds of the rows of a tile, row by row; `told` is what is open of one. */
const rowByRow: { readonly [T in Tile]: SQL } = {
  ...toldByRow,
  all: sql`true`,
  findings: sql`told.unmuted`,
  unattested: sql`${mayBeAsked} and exists (select 1 from charter.questions q
    where q.tenant = 'main' and q.identity = ${identities.id} and ${questionIs.overdue})`,
  unowned: sql`${identities.owner} in (${gonePeople})`,
  expiring: sql`told.expiring and ${isEnabled}`,
  unrotated: sql`told.unrotated and ${isLive}`,
};

/** All tiles in one reading of the rows in sight; null where these are more than `most`. */
export async function countTilesAtOnce(db: Queries, viewer: Viewer, most: number): Promise<TileCounts | null> {
  const counts = tiles.map((tile) => sql`count(*) filter (where ${rowByRow[tile]})::int as ${sql.identifier(tile)}`);
  const [row] = await db.execute<{ [T in Tile]: number } & { readonly fits: boolean }>(sql`
    with seen as materialized (select id from ${idsInSight(viewer, { where: present, listed: false, limit: most + 1 })} one),
      size as materialized (select count(*) <= ${most} as fits from seen)
    select (select fits from size) as fits, ${sql.join(counts, sql`, `)}
    from ${identities} left join lateral (
      select bool_or(f.muted_until is null or f.muted_until <= (select charter.clock())) as unmuted,
        bool_or(f.kind = 'expiring') as expiring, bool_or(f.kind = 'unrotated') as unrotated
      from charter.findings f where f.tenant = 'main' and f.identity = ${identities.id} and f.closed_at is null) told on true
    where ${identities.tenant} = 'main' and ${identities.id} = any (array(select id from seen where (select fits from size)))`);
  if (!row?.fits) return null;
  const { fits: _, ...counted } = row;
  const entries = tiles.map((tile) => [tile, { value: counted[tile], more: false }] as const);
  return Object.fromEntries(entries) as { [T in Tile]: { value: number; more: boolean } };
}
