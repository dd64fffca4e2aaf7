import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { reader } from "#lib/web/context.ts";

/** Asked before anything is sent: who may not see targets learns it by the status, too. */
export default async function TargetsLayout({ children }: { readonly children: ReactNode }) {
  const { viewer } = await reader();
  if (viewer.roles.length === 0) notFound();
  return children;
}
