import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { reader } from "#lib/web/context.ts";

/** Asked before anything is sent: who decides nothing learns it by the status, too. */
export default async function ApprovalsLayout({ children }: { readonly children: ReactNode }) {
  const { viewer } = await reader();
  if (!viewer.roles.includes("security")) notFound();
  return children;
}
