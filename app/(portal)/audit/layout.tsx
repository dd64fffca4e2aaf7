import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { readsAudit } from "#db/read/audit.ts";
import { reader } from "#lib/web/context.ts";

/** Asked before anything is sent: who may not read the log learns it by the status, too. */
export default async function AuditLayout({ children }: { readonly children: ReactNode }) {
  const { viewer } = await reader();
  if (!readsAudit(viewer)) notFound();
  return children;
}
