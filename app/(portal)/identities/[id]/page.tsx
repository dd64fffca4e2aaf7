import { notFound } from "next/navigation";
import { Page } from "#components/frame/page.tsx";
import { Identity } from "#components/identity/identity.tsx";
import { reader } from "#lib/web/context.ts";
import { identityPage } from "#lib/web/identity-page.ts";
import { mute, unmute } from "../../findings/actions.ts";
import { endOverlap, renew, resume, retire, rotate, suspend, transfer } from "../actions.ts";

export const metadata = { title: "Identity" };

export default async function IdentityRoute({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { db, viewer } = await reader();
  const found = await identityPage(db, viewer, (await params).id);
  if (found === null) notFound();
  return (
    <Page crumbs={[{ title: "Inventory", href: "/identities" }, { title: found.page.row.name }]}>
      <Identity
        {...found}
        actions={{ renew, rotate, transfer, suspend, resume, retire, endOverlap }}
        muting={{ mute, unmute }}
      />
    </Page>
  );
}
