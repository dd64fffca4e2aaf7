import { Attestations } from "#components/attestations/attestations.tsx";
import { Page } from "#components/frame/page.tsx";
import { readCoverage, readOpenQuestions } from "#db/read/attestations.ts";
import { type SearchParams, searchOf } from "#lib/web/address.ts";
import { attestationPage } from "#lib/web/attestation-page.ts";
import { reader } from "#lib/web/context.ts";
import { answer } from "./actions.ts";

export const metadata = { title: "Attestations" };

const narrowAt = (identity: string): string => `/identities/${identity}/access?answering=yes`;

export default async function AttestationsRoute({ searchParams }: { readonly searchParams: SearchParams }) {
  const { db, viewer } = await reader();
  const query = searchOf(await searchParams);
  const of = (name: string) => query.get(name) ?? "";
  const filter = { team: of("team"), stage: of("stage"), after: of("after") };
  const [page, coverage, open] = await Promise.all([
    attestationPage(db, viewer),
    readCoverage(db, viewer),
    readOpenQuestions(db, viewer, filter),
  ]);
  return (
    <Page crumbs={[{ title: "Attestations" }]}>
      <Attestations {...{ page, coverage, open, filter, answer }} selected={of("q")} narrow={narrowAt} />
    </Page>
  );
}
