import { notFound } from "next/navigation";
import { AuditLog } from "#components/audit/audit-log.tsx";
import { Page } from "#components/frame/page.tsx";
import { auditCursor, readAudit, readChain } from "#db/read/audit.ts";
import { type SearchParams, searchOf } from "#lib/web/address.ts";
import { reader } from "#lib/web/context.ts";

export const metadata = { title: "Audit" };

export default async function AuditRoute({ searchParams }: { readonly searchParams: SearchParams }) {
  const { db, viewer } = await reader();
  const query = searchOf(await searchParams);
  const of = (name: string) => query.get(name) ?? "";
  const chain = await readChain(db, viewer);
  if (chain === null) notFound();
  const filter = { q: of("q"), noun: of("noun"), channel: of("channel"), steps: of("steps") === "shown" };
  const page = await readAudit(db, viewer, { filter, cursor: auditCursor(of("after")) });
  return (
    <Page crumbs={[{ title: "Audit" }]}>
      <AuditLog page={page} chain={chain} filtered={query.size > 0} />
    </Page>
  );
}
