"use client";
import { ChevronDown, FileCheck2, History, ListChecks, Skull } from "lucide-react";
import { usePathname, useSearchParams } from "next/navigation";
import { useState } from "react";
import type { Tour, TourDeed } from "#lib/web/desk/tour.ts";
import { Menu } from "../ui/menu.tsx";
import type { MenuLine } from "../ui/menu-lines.ts";
import { CheckAudit } from "./check-audit.tsx";
import { Checklist } from "./checklist.tsx";
import type { DemoActions } from "./demo-actions.ts";
import { KillWorker } from "./kill-worker.tsx";
import { SkipDays } from "./skip-days.tsx";
import type { TourView } from "./tour-view.ts";
import { TryToken } from "./try-token.tsx";
import { waitingWords } from "./waiting-words.ts";

interface DemoBarProps {
  readonly tour: Tour;
  /** Name of who is signed in. */
  readonly me: string;
  readonly actions: DemoActions;
  /** Null until somebody opened or folded it. */
  readonly view: TourView | null;
}

/** The demo's own line under the frame's top: who to be, what only the launcher can do, and the five minutes. */
export function DemoBar({ tour, me, actions, view: kept }: DemoBarProps) {
  const path = usePathname();
  const [view, setView] = useState<TourView>(kept ?? (path === "/" ? "open" : "folded"));
  const [deed, setDeed] = useState<Exclude<TourDeed, "try-own"> | null>(null);
  const show = (next: TourView) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the server draws with it; cookieStore is not in every browser.
    document.cookie = `charter-tour=${next}; path=/; max-age=31536000; samesite=lax`;
    setView(next);
  };
  const close = () => setDeed(null);
  const identity = tour.request?.id ?? null;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-info-soft px-4 py-1 text-sm text-info md:px-6">
        <span className="mr-auto">
          <b className="font-semibold">Demo.</b>{" "}
          <span className="max-md:sr-only">Targets are simulated, people are examples.</span>
        </span>
        <ViewAs tour={tour} me={me} signIn={actions.signIn} />
        <Menu trigger={barButton("Demo tools")} lines={toolLines(setDeed, () => show("open"), tour.steps.length > 0)} />
        {tour.steps.length === 0 || view === "hidden" ? null : (
          <button
            type="button"
            aria-expanded={view === "open"}
            onClick={() => show(view === "open" ? "folded" : "open")}
            className={barClass}
          >
            <ListChecks aria-hidden />
            See it in five minutes · {tour.steps.filter(({ done }) => done).length} of {tour.steps.length}
          </button>
        )}
      </div>
      {view === "open" && tour.steps.length > 0 ? (
        <Checklist
          tour={tour}
          me={me}
          actions={actions}
          does={setDeed}
          stay={() => show("open")}
          hide={() => show("hidden")}
        />
      ) : null}
      {deed === "skip" ? <SkipDays act={actions.skipDays} close={close} /> : null}
      {deed === "kill" ? <KillWorker act={actions.killWorker} close={close} /> : null}
      {deed === "audit" ? <CheckAudit act={actions.checkAudit} close={close} /> : null}
      {deed === "token" && identity !== null ? (
        <TryToken identity={identity} act={actions.tryToken} close={close} />
      ) : null}
    </>
  );
}

const barClass =
  "inline-flex h-7 items-center gap-1.5 rounded-md px-2 font-[540] underline-offset-2 hover:bg-hover hover:underline [&_svg]:size-3.5";

// An element, not a component: the menu's trigger must be the very button.
const barButton = (words: string) => (
  <button type="button" className={barClass}>
    {words}
    <ChevronDown aria-hidden />
  </button>
);

function toolLines(
  open: (deed: "skip" | "kill" | "audit") => void,
  showTour: () => void,
  hasTour: boolean,
): readonly MenuLine[] {
  return [
    { kind: "verb", run: () => open("skip"), icon: <History aria-hidden />, words: "Skip days…" },
    { kind: "verb", run: () => open("kill"), icon: <Skull aria-hidden />, words: "Kill the worker…" },
    { kind: "verb", run: () => open("audit"), icon: <FileCheck2 aria-hidden />, words: "Verify the audit log…" },
    ...(hasTour
      ? [
          { kind: "line" } as const,
          { kind: "verb", run: showTour, icon: <ListChecks aria-hidden />, words: "See it in five minutes" } as const,
        ]
      : []),
  ];
}

/** A new sign-in at the demo's issuer as somebody else, and back to this very page. */
function ViewAs(props: { readonly tour: Tour; readonly me: string; readonly signIn: DemoActions["signIn"] }) {
  const path = usePathname();
  const search = useSearchParams().toString();
  const to = search === "" ? path : `${path}?${search}`;
  const lines = props.tour.people.map((person): MenuLine => {
    const words = `${person.name} · ${waitingWords(person)}`;
    return person.name === props.me
      ? { kind: "label", words: `You: ${words}` }
      : { kind: "verb", run: () => void props.signIn({ to, hint: person.subject }), icon: null, words };
  });
  return <Menu trigger={barButton("View as")} lines={lines} />;
}
