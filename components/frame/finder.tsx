"use client";
import { usePathname, useRouter } from "next/navigation";
import { type KeyboardEvent, useEffect, useState } from "react";
import { Dialog } from "#components/ui/dialog.tsx";
import { tiles, tileWords } from "#lib/domain/tile.ts";

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
  // By its address: what is found meanwhile moves a hit that was chosen on the list, and never another in its place.
  const [chosen, choose] = useState<string | null>(null);
  const { commands, found, asking } = useFound(typed);
  const wanted = typed.trim().toLowerCase();
  const fits = ({ title }: Hit) => title.toLowerCase().includes(wanted);
  const hits = [...commands.filter(fits), ...found, ...pages.filter(fits), ...everywhere.filter(fits)];
  const active = Math.max(
    0,
    hits.findIndex(({ href }) => href === chosen),
  );
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
    choose(hits[(active + step + hits.length) % Math.max(1, hits.length)]?.href ?? null);
  };
  const type = (text: string) => {
    setTyped(text);
    choose(null);
  };
  return (
    <>
      <input
        role="combobox"
        // biome-ignore lint/a11y/noAutofocus: who opens the palette types at once; without it the button that closes it has the focus.
        autoFocus
        aria-label="Search identities, requests, people, pages and commands"
        aria-expanded
        aria-controls={hitsId}
        aria-activedescendant={hits[active] ? `${hitsId}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        placeholder="An identity, a request, a person, a page or a command"
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
        className="h-10 w-full border-b border-line bg-transparent text-md outline-none placeholder:text-faint"
      />
      <Hits hits={hits} asking={asking} active={active} point={choose} go={go} />
    </>
  );
}

/** Commands that are not about one identity, and the groups of the inventory. */
const everywhere: readonly Hit[] = [
  { href: "/requests/new", title: "Request an identity", detail: "command" },
  ...tiles.map((tile) => ({ href: `/identities?tile=${tile}`, title: tileWords[tile].title, detail: "inventory" })),
];

const hitsId = "palette-hits";

interface HitsProps {
  readonly hits: readonly Hit[];
  /** Whether an answer is still to come. */
  readonly asking: boolean;
  readonly active: number;
  readonly point: (href: string) => void;
  readonly go: (hit: Hit) => void;
}

/** Keys are handled on the input, which keeps focus (ARIA combobox pattern); the pointer is handled here. */
const Hits = ({ hits, asking, active, point, go }: HitsProps) => (
  <div id={hitsId} role="listbox" aria-label="Found" className="mt-2 h-80 overflow-y-auto">
    {hits.map((hit, at) => (
      <div
        key={hit.href}
        id={`${hitsId}-${at}`}
        role="option"
        tabIndex={-1}
        aria-selected={at === active}
        onMouseMove={() => point(hit.href)}
        onClick={() => go(hit)}
        onKeyDown={() => {}}
        className={`flex h-9 items-center gap-3 rounded-md px-2.5 ${at === active ? "bg-hover" : ""}`}
      >
        <span className="max-w-[75%] shrink-0 truncate">{hit.title}</span>
        {hit.detail ? <span className="ml-auto truncate text-xs text-muted">{hit.detail}</span> : null}
      </div>
    ))}
    {hits.length === 0 && !asking ? <div className="px-2.5 py-2 text-muted">Nothing matches.</div> : null}
  </div>
);

interface Found {
  /** What one may ask of the identity that one looks at. */
  readonly commands: readonly Hit[];
  readonly found: readonly Hit[];
  /** Whether an answer is still to come. */
  readonly asking: boolean;
}

/** What matches, asked for after a short pause, and the commands of this page at once; an older answer never replaces a newer one. */
function useFound(typed: string): Found {
  const at = /^\/identities\/([0-9a-f-]{36})$/.exec(usePathname())?.[1] ?? "";
  const [commands, setCommands] = useState<readonly Hit[]>([]);
  const [found, setFound] = useState<readonly Hit[]>([]);
  const [asking, setAsking] = useState(false);
  useEffect(() => (at === "" ? undefined : ask({ at }, 0, (answer) => setCommands(answer.commands))), [at]);
  useEffect(() => {
    const wanted = typed.trim().length >= 2;
    setAsking(wanted);
    if (!wanted) return setFound([]);
    return ask({ q: typed }, 150, (answer) => {
      setFound(answer.hits);
      setAsking(false);
    });
  }, [typed]);
  return { commands, found, asking };
}

interface Answered {
  readonly commands: readonly Hit[];
  readonly hits: readonly Hit[];
}

/** Asks after a pause; what it returns takes the question back. */
function ask(query: Record<string, string>, pauseMs: number, take: (answer: Answered) => void): () => void {
  const abort = new AbortController();
  const timer = setTimeout(async () => {
    const answer = await fetch(`/api/search?${new URLSearchParams(query)}`, { signal: abort.signal }).catch(() => null);
    if (!answer?.ok) return;
    const body: Answered = await answer.json();
    if (!abort.signal.aborted) take(body);
  }, pauseMs);
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}
