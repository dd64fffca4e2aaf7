"use client";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Dialog } from "#components/ui/dialog.tsx";

export interface Hit {
  readonly href: string;
  readonly title: string;
  readonly detail?: string;
}

interface FinderProps {
  readonly pages: readonly Hit[];
  readonly leave: () => void;
}

/** The palette, open: finds as one types; arrows and Enter go, Escape leaves. */
export default function Finder(props: FinderProps) {
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : props.leave())} title="Search or jump to" wide>
      <Search {...props} />
    </Dialog>
  );
}

function Search({ pages, leave }: FinderProps) {
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
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") return go(hits[active]);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    setActive((at) => (at + step + hits.length) % Math.max(1, hits.length));
  };
  const type = (text: string) => {
    setTyped(text);
    setActive(0);
  };
  return (
    <>
      <input
        role="combobox"
        aria-label="Search identities, requests and pages"
        aria-expanded
        aria-controls={hitsId}
        aria-activedescendant={hits[active] ? `${hitsId}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        placeholder="Name of an identity, a request or a page"
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
        className="h-10 w-full border-b border-line bg-transparent text-md outline-none placeholder:text-faint"
      />
      <Hits hits={hits} active={active} point={setActive} go={go} />
    </>
  );
}

const hitsId = "palette-hits";

interface HitsProps {
  readonly hits: readonly Hit[];
  readonly active: number;
  readonly point: (at: number) => void;
  readonly go: (hit: Hit) => void;
}

/** Keys are handled on the input, which keeps focus (ARIA combobox pattern); the pointer is handled here. */
const Hits = ({ hits, active, point, go }: HitsProps) => (
  <div id={hitsId} role="listbox" aria-label="Found" className="mt-2 h-80 overflow-y-auto">
    {hits.map((hit, at) => (
      <div
        key={hit.href}
        id={`${hitsId}-${at}`}
        role="option"
        tabIndex={-1}
        aria-selected={at === active}
        onMouseMove={() => point(at)}
        onClick={() => go(hit)}
        onKeyDown={() => {}}
        className={`flex h-9 items-center gap-3 rounded-md px-2.5 ${at === active ? "bg-hover" : ""}`}
      >
        <span className="truncate">{hit.title}</span>
        {hit.detail ? <span className="ml-auto truncate text-xs text-muted">{hit.detail}</span> : null}
      </div>
    ))}
    {hits.length === 0 ? <div className="px-2.5 py-2 text-muted">Nothing matches.</div> : null}
  </div>
);

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
