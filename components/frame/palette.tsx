"use client";
import { Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";

export interface Hit {
  readonly href: string;
  readonly title: string;
  readonly detail?: string;
}

/** ⌘K: to an identity, a request or a page. Finds as one types; arrows and Enter go. */
export function Palette({ pages }: { readonly pages: readonly Hit[] }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
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
        aria-label="Search or jump to"
        className="flex h-[30px] w-[34px] items-center justify-center gap-2 rounded-md border border-line bg-surface text-sm text-faint hover:border-line-strong lg:w-[280px] lg:justify-start lg:px-2.5"
      >
        <Search aria-hidden className="size-4 shrink-0" />
        <span className="hidden lg:inline">Search or jump to…</span>
        <span className="ml-auto hidden lg:inline">
          <Kbd>⌘K</Kbd>
        </span>
      </button>
      <Dialog open={open} onOpenChange={setOpen} title="Search or jump to" wide>
        <Finder pages={pages} leave={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function Finder({ pages, leave }: { readonly pages: readonly Hit[]; readonly leave: () => void }) {
  const router = useRouter();
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const found = useFound(typed);
  const wanted = typed.trim().toLowerCase();
  const hits = [...found, ...pages.filter((page) => page.title.toLowerCase().includes(wanted))];
  const go = (hit: Hit | undefined) => {
    if (!hit) return;
    leave();
    router.push(hit.href);
  };
  return (
    <>
      <input
        role="combobox"
        aria-label="Search identities, requests and pages"
        aria-expanded
        aria-controls="palette-hits"
        aria-activedescendant={hits[active] ? `palette-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        placeholder="Name of an identity, a request or a page"
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            setActive((at) => (at + (event.key === "ArrowDown" ? 1 : -1) + hits.length) % Math.max(1, hits.length));
          } else if (event.key === "Enter") go(hits[active]);
        }}
        className="h-10 w-full border-b border-line bg-transparent text-md outline-none placeholder:text-faint"
      />
      <div id="palette-hits" role="listbox" aria-label="Found" className="mt-2 h-80 overflow-y-auto">
        {hits.map((hit, at) => (
          <div
            key={hit.href}
            id={`palette-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === active}
            onMouseMove={() => setActive(at)}
            onClick={() => go(hit)}
            onKeyDown={() => {}}
            className={`flex h-9 items-center gap-3 rounded-md px-2.5 ${at === active ? "bg-hover" : ""}`}
          >
            <span className="truncate">{hit.title}</span>
            {hit.detail ? <span className="ml-auto truncate text-xs text-muted">{hit.detail}</span> : null}
          </div>
        ))}
        {hits.length === 0 ? <p className="px-2.5 py-2 text-muted">Nothing matches.</p> : null}
      </div>
    </>
  );
}

/** Identities and requests that match, asked for after a short pause; an older answer never replaces a newer one. */
function useFound(typed: string): readonly Hit[] {
  const [found, setFound] = useState<readonly Hit[]>([]);
  const latest = useRef(0);
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    if (typed.trim().length < 2) return setFound([]);
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const answer = await fetch(`/api/search?${new URLSearchParams({ q: typed })}`, { signal: abort.signal }).catch(
        () => null,
      );
      if (!answer?.ok || mine !== latest.current) return;
      const body: { readonly hits: readonly Hit[] } = await answer.json();
      setFound(body.hits);
    }, 150);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [typed]);
  return found;
}
