import { Page } from "#components/frame/page.tsx";
import { Inventory } from "#components/inventory/inventory.tsx";
import { readInventory, readInventoryChoices, readTiles } from "#db/read/inventory.ts";
import { decodeCursor } from "#db/read/keyset.ts";
import { inventoryFilter, type SearchParams, searchOf } from "#lib/web/address.ts";
import { reader } from "#lib/web/context.ts";

export const metadata = { title: "Inventory" };

export default async function InventoryRoute({ searchParams }: { readonly searchParams: SearchParams }) {
  const { db, viewer } = await reader();
  const query = searchOf(await searchParams);
  const filter = inventoryFilter(query);
  const [page, tiles, choices] = await Promise.all([
    readInventory(db, viewer, { filter, cursor: decodeCursor(query.get("after") ?? undefined) }),
    readTiles(db, viewer),
    readInventoryChoices(db, viewer),
  ]);
  return (
    <Page crumbs={[{ title: "Inventory" }]}>
      <Inventory page={page} tiles={tiles} choices={choices} filter={filter} query={query} />
    </Page>
  );
}
