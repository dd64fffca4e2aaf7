import { Page } from "#components/frame/page.tsx";
import { Policies } from "#components/policies/policies.tsx";
import { readPolicies } from "#db/read/policies.ts";
import { reader } from "#lib/web/context.ts";

export const metadata = { title: "Policies" };

export default async function PoliciesRoute() {
  const { db } = await reader();
  return (
    <Page crumbs={[{ title: "Policies" }]}>
      <Policies versions={await readPolicies(db)} />
    </Page>
  );
}
