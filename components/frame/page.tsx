import type { ReactNode } from "react";
import { Held } from "../ui/held.tsx";
import { type Crumb, Crumbs } from "./crumbs.tsx";
import { Top } from "./top.tsx";

/** What every portal page returns: the line with its place on top, then its content, which stays as it is while a dialog of it is open. */
export function Page({
  crumbs,
  children,
  narrow = false,
}: {
  readonly crumbs: readonly Crumb[];
  readonly children: ReactNode;
  readonly narrow?: boolean;
}) {
  return (
    <>
      <Top>
        <Crumbs crumbs={crumbs} />
      </Top>
      <main
        id="main"
        className={`mx-auto w-full px-4 pt-4 pb-10 md:mx-0 md:px-6 md:pt-[22px] md:pb-15 ${narrow ? "max-w-[880px]" : "max-w-[1360px]"}`}
      >
        <Held>{children}</Held>
      </main>
    </>
  );
}
