import type { Metadata } from "next";
import { Later } from "#components/frame/loading.tsx";
import { Page } from "#components/frame/page.tsx";
import { Requests } from "#components/requests/requests.tsx";
import { readDrafts, readTargetNames } from "#db/read/requests.ts";
import { type SearchParams, searchOf } from "#lib/web/address.ts";
import { reader } from "#lib/web/context.ts";
import { requestsPage } from "#lib/web/requests-page.ts";
import { discardDraft } from "./actions.ts";

export const metadata: Metadata = { title: "Requests" };

export default async function RequestsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const { db, viewer } = await reader();
  const query = searchOf(await searchParams);
  const text = (name: string) => (query.get(name) ?? "").slice(0, 100);
  const filter = {
    q: text("q"),
    state: text("state"),
    kind: text("kind"),
    environment: text("environment"),
    target: text("target"),
    mine: query.get("who") === "me",
    after: query.get("after") ?? undefined,
  };
  const content = Promise.all([readDrafts(db, viewer), requestsPage(db, viewer, filter), readTargetNames(db)]).then(
    ([drafts, page, targets]) => (
      <Requests drafts={drafts} {...page} targets={targets} filtered={query.size > 0} discard={discardDraft} />
    ),
  );
  return (
    <Page crumbs={[{ title: "Requests" }]}>
      <Later content={content} />
    </Page>
  );
}
