"use client";
import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { DialogInItsPlace } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { onDemand } from "#components/ui/on-demand.ts";
import type { Hit } from "./finder.tsx";

const finder = onDemand(async () => (await import("./finder.tsx")).default);

/** ⌘K: to an identity, a request or a page. Finds as one types; arrows and Enter go. */
export function Palette({ pages }: { readonly pages: readonly Hit[] }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        setOpen((now) => !now);
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex h-[30px] w-[34px] items-center justify-center gap-2 rounded-md border border-line bg-surface text-sm text-faint hover:border-line-strong lg:w-[280px] lg:justify-start lg:px-2.5"
      >
        <Search aria-hidden className="size-4 shrink-0" />
        <span className="sr-only lg:not-sr-only">Search or jump to…</span>
        <span className="ml-auto hidden lg:inline">
          <Kbd>⌘K</Kbd>
        </span>
      </button>
      {open ? (
        <DialogInItsPlace of={finder} title="Search or jump to" wide close={() => setOpen(false)}>
          {(Finder) => <Finder pages={pages} leave={() => setOpen(false)} />}
        </DialogInItsPlace>
      ) : null}
    </>
  );
}
