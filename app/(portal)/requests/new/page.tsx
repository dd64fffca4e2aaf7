import type { Metadata } from "next";
import { Page } from "#components/frame/page.tsx";
import { Blueprints } from "#components/requests/blueprints.tsx";
import { RequestForm } from "#components/requests/form/request-form.tsx";
import { type SearchParams, searchOf } from "#lib/web/address.ts";
import { reader } from "#lib/web/context.ts";
import { newRequestPage } from "#lib/web/new-request.ts";
import { discardDraft, preview, readDenial, saveDraft, submit, submitEach } from "../actions.ts";

export const metadata: Metadata = { title: "New request" };

const here = [
  { title: "Requests", href: "/requests" },
  { title: "New", href: "/requests/new" },
];

export default async function NewRequestPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const { db, viewer } = await reader();
  const { blueprints, places, said, form } = await newRequestPage(db, viewer, searchOf(await searchParams));
  return (
    <Page crumbs={form === null ? here : [...here, { title: form.blueprint.title }]}>
      {form === null ? (
        <Blueprints blueprints={blueprints} places={places} said={said} />
      ) : (
        <RequestForm
          start={form}
          {...form}
          me={viewer.id}
          verbs={{ preview, saveDraft, readDenial, submit, submitEach, discard: discardDraft }}
        />
      )}
    </Page>
  );
}
