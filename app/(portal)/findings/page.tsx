import { Findings } from "#components/findings/findings.tsx";
import { Page } from "#components/frame/page.tsx";
import { findingFilter, type SearchParams, searchOf } from "#lib/web/address.ts";
import { reader } from "#lib/web/context.ts";
import { findingsPage } from "#lib/web/finding-view.ts";
import { mute, unmute } from "./actions.ts";

export const metadata = { title: "Findings" };

export default async function FindingsRoute({ searchParams }: { readonly searchParams: SearchParams }) {
  const { db, viewer } = await reader();
  const query = searchOf(await searchParams);
  const filter = findingFilter(query);
  const view = await findingsPage(db, viewer, { filter, after: query.get("after") });
  return (
    <Page crumbs={[{ title: "Findings" }]}>
      <Findings view={view} filter={filter} query={query} actions={{ mute, unmute }} />
    </Page>
  );
}
