import { Page } from "#components/frame/page.tsx";
import { Policies } from "#components/policies/policies.tsx";
import { readExceptions } from "#db/read/exceptions.ts";
import { readPolicies } from "#db/read/policies.ts";
import { reader } from "#lib/web/context.ts";

export const metadata = { title: "Policies" };

export default async function PoliciesRoute() {
  const { db, viewer } = await reader();
  const [versions, exceptions] = await Promise.all([readPolicies(db), readExceptions(db, viewer)]);
  return (
    <Page crumbs={[{ title: "Policies" }]}>
      <Policies versions={versions} exceptions={exceptions} />
    </Page>
  );
}
