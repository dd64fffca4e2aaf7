import type { Metadata } from "next";
import { Page } from "#components/frame/page.tsx";
import { MyWork } from "#components/work/my-work.tsx";
import { readMyWork } from "#db/read/my-work.ts";
import { person, reader } from "#lib/web/context.ts";
import { retry, takeBack } from "./requests/actions.ts";

export const metadata: Metadata = { title: "My work" };

export default async function MyWorkPage() {
  const { name } = await person();
  const { db, viewer } = await reader();
  return (
    <Page crumbs={[{ title: "My work" }]}>
      <MyWork name={name} work={await readMyWork(db, viewer)} stuckVerbs={{ retry, takeBack }} />
    </Page>
  );
}
