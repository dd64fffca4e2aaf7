import { redirect } from "next/navigation";
import { Later } from "#components/frame/loading.tsx";
import { Page } from "#components/frame/page.tsx";
import { Inventory } from "#components/inventory/inventory.tsx";
import { type SearchParams, searchOf } from "#lib/web/address.ts";
import { person, reader } from "#lib/web/context.ts";
import { inventoryPage, openingOf } from "#lib/web/inventory-page.ts";
import { askForMany, foreseeMany, keepView, matchMany } from "./actions.ts";

export const metadata = { title: "Inventory" };

export default async function InventoryRoute({ searchParams }: { readonly searchParams: SearchParams }) {
  const { db, viewer } = await reader();
  const query = searchOf(await searchParams);
  const opening = query.size === 0 ? await openingOf(db, viewer) : null;
  if (opening !== null) redirect(opening);
  const { teams, teamNames } = await person();
  const content = inventoryPage(db, viewer, query).then((view) => (
    <Inventory
      view={view}
      query={query}
      teams={teams.map((id, at) => ({ id, name: teamNames[at] ?? "" }))}
      actions={{ askForMany, foreseeMany, keepView, matchMany }}
    />
  ));
  return (
    <Page crumbs={[{ title: "Inventory" }]}>
      <Later content={content} />
    </Page>
  );
}
