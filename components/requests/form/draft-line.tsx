"use client";
import { useEffect, useState } from "react";
import { relative } from "#components/ui/moment.ts";

/** "Draft saved 4 s ago", counted by this browser. */
export function DraftLine({ at, failed }: { readonly at: number | null; readonly failed: boolean }) {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    const tick = () => setNow(performance.timeOrigin + performance.now());
    tick();
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, []);
  if (failed) return <span className="text-bad">The draft could not be saved; keep this page open.</span>;
  if (at === null || now === null) return <span>Drafts save themselves.</span>;
  const ago = relative(at, Math.max(now, at));
  return <span>Draft saved {ago === "now" ? "just now" : ago}.</span>;
}
