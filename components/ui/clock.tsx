"use client";
import { createContext, type ReactNode, use, useEffect, useState } from "react";

const Now = createContext(0);

/**
 * Gives every `Time` below one clock: the database's (`at`, ISO), carried forward by the browser's. Server and first client
 * render agree, then it ticks.
 */
export function Clock({ at, children }: { readonly at: string; readonly children: ReactNode }) {
  const start = Date.parse(at);
  const [now, setNow] = useState(start);
  useEffect(() => {
    const offset = start - Date.now();
    const tick = () => setNow(Date.now() + offset);
    tick();
    const timer = setInterval(tick, 5_000);
    return () => clearInterval(timer);
  }, [start]);
  return <Now value={now}>{children}</Now>;
}

/** Milliseconds since 1970 by the database's clock; 0 outside a `Clock`. */
export const useNow = (): number => use(Now);
