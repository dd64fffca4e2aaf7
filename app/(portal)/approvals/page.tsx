import { notFound } from "next/navigation";
import { Approvals } from "#components/approvals/approvals.tsx";
import { Page } from "#components/frame/page.tsx";
import { readApproval, readLastVerdict, readQueue } from "#db/read/approvals.ts";
import { viewAccess } from "#lib/judgement/view-access.ts";
import { type SearchParams, searchOf } from "#lib/web/address.ts";
import { reader } from "#lib/web/context.ts";
import { approve, ask, askForLess, deny } from "./actions.ts";

export const metadata = { title: "Approvals" };

export default async function ApprovalsRoute({ searchParams }: { readonly searchParams: SearchParams }) {
  const { db, viewer } = await reader();
  if (!viewer.roles.includes("security")) notFound();
  const query = searchOf(await searchParams);
  const [items, last] = await Promise.all([readQueue(db, viewer), readLastVerdict(db, viewer)]);
  const asked = query.get("r");
  const page = await readApproval(db, viewer, asked ?? items[0]?.id ?? "");
  return (
    <Page crumbs={[{ title: "Approvals" }]}>
      <h1 className="sr-only">Approvals</h1>
      <Approvals
        items={items}
        page={page}
        asked={asked}
        roles={viewer.roles}
        last={last}
        access={page?.item.plan ? await viewAccess(page.item.plan) : null}
        actions={{ approve, ask, askForLess, deny }}
      />
    </Page>
  );
}
