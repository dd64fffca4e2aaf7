"use client";
import { useEffect, useState, useSyncExternalStore } from "react";

/** Code that is fetched when it is first wanted, once for all who want it. */
export interface OnDemand<Part> {
  /** Null until it came. */
  readonly here: () => Part | null;
  /** Calls back once it came; what it returns takes that back. */
  readonly awaited: (tell: () => void) => () => void;
  /** Asks for it, each time anew; rejects where it does not come. */
  readonly fetched: () => Promise<void>;
}

export function onDemand<Part>(load: () => Promise<Part>): OnDemand<Part> {
  let part: Part | null = null;
  const waiting = new Set<() => void>();
  return {
    here: () => part,
    awaited(tell) {
      waiting.add(tell);
      return () => void waiting.delete(tell);
    },
    async fetched() {
      part = await load();
      for (const tell of waiting) tell();
    },
  };
}

const none = () => null;

/** The part from when it is `wanted`: null until it came. `failed` when it did not, until it is asked for `again` or wanted anew. */
export function usePart<Part>(of: OnDemand<Part>, wanted = true) {
  const part = useSyncExternalStore(of.awaited, of.here, none);
  const [failed, setFailed] = useState(false);
  if (failed && !wanted) setFailed(false);
  const missing = wanted && part === null && !failed;
  useEffect(() => {
    if (!missing) return;
    let over = false;
    of.fetched().catch(() => over || setFailed(true));
    return () => {
      over = true;
    };
  }, [missing, of]);
  return { part, failed, again: () => setFailed(false) };
}

/** Asks for it as soon as the page stands, so that it is here when it is wanted. */
export function useAhead({ fetched }: OnDemand<unknown>) {
  useEffect(() => void fetched().catch(() => {}), [fetched]);
}
