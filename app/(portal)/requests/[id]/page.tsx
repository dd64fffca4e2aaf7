import { notFound } from "next/navigation";
import { Page } from "#components/frame/page.tsx";
import { Request } from "#components/requests/request.tsx";
import { readRequestPage } from "#db/read/request.ts";
import { viewAccess } from "#lib/judgement/view-access.ts";
import { reader } from "#lib/web/context.ts";
import { howToUse } from "#lib/web/usage.ts";
import { accept, comment, retry, takeBack, takeOver, withdraw } from "../actions.ts";

export const metadata = { title: "Request" };

export default async function RequestPage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { db, viewer } = await reader();
  const page = await readRequestPage(db, viewer, (await params).id);
  if (page === null) notFound();
  const { state, request, identity, credentials } = page;
  const plan = request.kind === "provision" && page.intent !== null ? (state?.plan ?? null) : null;
  return (
    <Page crumbs={[{ title: "Requests", href: "/requests" }, { title: page.current.charter.name }]}>
      <Request
        page={page}
        viewer={viewer}
        access={state?.plan ? await viewAccess(state.plan) : null}
        use={await howToUse(db, { plan, identity, credentials })}
        verbs={{ accept, comment, retry, takeBack, takeOver, withdraw }}
      />
    </Page>
  );
}
