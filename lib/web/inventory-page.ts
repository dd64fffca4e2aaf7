import type { Queries } from "#db/client.ts";
import { readInventory, readInventoryChoices } from "#db/read/inventory.ts";
import { isTileAlone } from "#db/read/inventory-filter.ts";
import { readGroups, readTiles } from "#db/read/inventory-tiles.ts";
import { decodeCursor } from "#db/read/keyset.ts";
import { readDefaultView, readViews, type ViewRow } from "#db/read/views.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { groupingOf, inventoryFilter } from "./address.ts";
import { readExpiringDays } from "./policy-days.ts";

/** Everything the inventory draws: rows, or groups of them where the address asks for these. */
export async function inventoryPage(db: Queries, viewer: Viewer, query: URLSearchParams) {
  const filter = inventoryFilter(query);
  const by = groupingOf(query);
  const counts = readTiles(db, viewer);
  const counted = isTileAlone(filter) ? counts.then((tiles) => tiles[filter.tile]) : undefined;
  // The page asks for more before it waits for this: what fails meanwhile is told by `counts`.
  counted?.catch(() => undefined);
  const [page, groups, tiles, choices, views, expiringDays] = await Promise.all([
    readInventory(db, viewer, { filter, cursor: decodeCursor(query.get("after") ?? undefined), counted }),
    by === null ? null : readGroups(db, viewer, { filter, by }),
    counts,
    readInventoryChoices(db, viewer, filter),
    readViews(db, viewer),
    readExpiringDays(db),
  ]);
  return { filter, page, groups, tiles, choices, views, expiringDays };
}
export type InventoryView = Awaited<ReturnType<typeof inventoryPage>>;

/** Where a view is seen: its filters, and which view it was. */
export const addressOf = ({ id, query }: Pick<ViewRow, "id" | "query">): string =>
  `/identities?${query}${query === "" ? "" : "&"}view=${id}`;

/** Where the inventory opens for who chose a view to open with; null: with all identities. A view that is gone counts for none. */
export async function openingOf(db: Queries, viewer: Viewer): Promise<string | null> {
  const chosen = await readDefaultView(db, viewer);
  if (chosen === null) return null;
  const seen = (await readViews(db, viewer)).filter(({ id }) => id === chosen);
  const view = seen.find(({ by }) => by === null) ?? seen[0];
  return view === undefined ? null : addressOf(view);
}
