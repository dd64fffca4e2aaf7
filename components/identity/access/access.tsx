"use client";
import { Info } from "lucide-react";
import { useState } from "react";
import type { AccessPage } from "#lib/web/access-page.ts";
import { Notice } from "../../ui/banner.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { AccessForm } from "./access-form.tsx";
import type { AccessVerbs } from "./contract.ts";

/** The form, or why this person may not ask now; a form that was shown stays, and says why nothing can be sent. */
export function Access({ page, verbs }: { readonly page: AccessPage; readonly verbs: AccessVerbs }) {
  const { identity, refused } = page;
  const [begun, setBegun] = useState<string | null>(null);
  if (refused === null && begun !== identity.id) setBegun(identity.id);
  if (begun === identity.id) return <AccessForm key={identity.id} page={page} verbs={verbs} />;
  return (
    <>
      <PageHead
        title={`More or less access for ${identity.name}`}
        actions={<LinkButton href={`/identities/${identity.id}`}>Back to the identity</LinkButton>}
      >
        Nothing can be asked here now.
      </PageHead>
      <Notice tone="warn" icon={<Info aria-hidden />}>
        {refused}
      </Notice>
    </>
  );
}
