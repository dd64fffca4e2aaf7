import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { isIdentityInSight } from "#db/read/identity-sight.ts";
import { reader } from "#lib/web/context.ts";

interface Props {
  readonly children: ReactNode;
  readonly params: Promise<{ readonly id: string }>;
}

/** Asked before anything is sent: what is not there, or not in sight, is told by the status, too. */
export default async function IdentityLayout({ children, params }: Props) {
  const { db, viewer } = await reader();
  if (!(await isIdentityInSight(db, viewer, (await params).id))) notFound();
  return children;
}
