import { notFound } from "next/navigation";
import { Page } from "#components/frame/page.tsx";
import { Targets } from "#components/targets/targets.tsx";
import { readTargets } from "#db/read/targets.ts";
import { reader } from "#lib/web/context.ts";
import { check } from "./actions.ts";

export const metadata = { title: "Targets" };

export default async function TargetsRoute() {
  const { db, viewer } = await reader();
  const page = await readTargets(db, viewer);
  if (page === null) notFound();
  return (
    <Page crumbs={[{ title: "Targets" }]}>
      <Targets
        page={page}
        check={viewer.roles.includes("operator") || viewer.roles.includes("security") ? check : null}
      />
    </Page>
  );
}
