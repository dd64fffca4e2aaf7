import type { Metadata } from "next";
import { Later } from "#components/frame/loading.tsx";
import { Page } from "#components/frame/page.tsx";
import { weeksDrawn } from "#components/work/debt-words.ts";
import { MyWork } from "#components/work/my-work.tsx";
import { readDebtHistory } from "#db/read/debt.ts";
import { readMyWork } from "#db/read/my-work.ts";
import { type SearchParams, searchOf } from "#lib/web/address.ts";
import { person, reader } from "#lib/web/context.ts";
import { sharedFrame } from "#lib/web/frame.ts";
import { readExpiringDays } from "#lib/web/policy-days.ts";
import { retry, takeBack } from "./requests/actions.ts";

export const metadata: Metadata = { title: "My work" };

export default async function MyWorkPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const { name } = await person();
  const { db, viewer } = await reader();
  const team = searchOf(await searchParams).get("team") ?? "";
  const mine = readExpiringDays(db).then((expiringDays) =>
    readMyWork(db, viewer, { expiringDays, waiting: sharedFrame() }),
  );
  const content = Promise.all([mine, readDebtHistory(db, viewer, { team, weeks: weeksDrawn })]).then(([work, debt]) => (
    <MyWork name={name} work={work} debt={debt} stuckVerbs={{ retry, takeBack }} />
  ));
  return (
    <Page crumbs={[{ title: "My work" }]}>
      <Later content={content} />
    </Page>
  );
}
