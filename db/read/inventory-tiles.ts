import { and, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import { type Tile, tiles } from "#lib/domain/tile.ts";
import type { Queries } from "../client.ts";
import { identities } from "../schema/inventory.ts";
import { idsInSight, inSight, type Wanted } from "./identity-sight.ts";
import { conditions, type InventoryFilter, present, tileWhere } from "./inventory-filter.ts";

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
export async function readTiles(db: Queries, viewer: Viewer): Promise<TileCounts> {
  const entries = await Promise.all(
    tiles.map(async (tile) => {
      const { where, listed } = await tileWhere(db, tile);
      return [tile, await countUpTo(db, viewer, { where: and(present, where), listed })] as const;
    }),
  );
  return Object.fromEntries(entries) as { [T in Tile]: { value: number; more: boolean } };
}
