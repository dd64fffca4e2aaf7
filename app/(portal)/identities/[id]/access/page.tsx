import { notFound } from "next/navigation";
import { Page } from "#components/frame/page.tsx";
import { Access } from "#components/identity/access/access.tsx";
import { accessPage } from "#lib/web/access-page.ts";
import { type SearchParams, searchOf } from "#lib/web/address.ts";
import { reader } from "#lib/web/context.ts";
import { answer } from "../../../attestations/actions.ts";
import { readDenial } from "../../../requests/actions.ts";
import { changeAccess, previewAccess } from "../../actions.ts";

export const metadata = { title: "Access" };

interface Props {
  readonly params: Promise<{ readonly id: string }>;
  readonly searchParams: SearchParams;
}

export default async function AccessRoute({ params, searchParams }: Props) {
  const { db, viewer } = await reader();
  const { id } = await params;
  const page = await accessPage(db, viewer, { id, answering: searchOf(await searchParams).has("answering") });
  if (page === null) notFound();
  const { name } = page.identity;
  return (
    <Page
      crumbs={[
        { title: "Inventory", href: "/identities" },
        { title: name, href: `/identities/${id}` },
        { title: "Access" },
      ]}
    >
      <Access page={page} verbs={{ preview: previewAccess, change: changeAccess, answer, readDenial }} />
    </Page>
  );
}
