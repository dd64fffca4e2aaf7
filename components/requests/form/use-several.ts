"use client";
import { useEffect, useState } from "react";

type Several = typeof import("./several.ts");

/**
 * What shows several environments, from the moment a form asks for them: few do, and the others do not wait for it. `failed` when it
 * did not come, until it is asked for `again`; the form around it stays as it is.
 */
export function useSeveral(wanted: boolean) {
  const [part, setPart] = useState<Several | null>(null);
  const [failed, setFailed] = useState(false);
  const missing = wanted && part === null && !failed;
  useEffect(() => {
    if (!missing) return;
    let over = false;
    const load = async () => {
      const came = await import("./several.ts").catch(() => null);
      if (over) return;
      setPart(came);
      setFailed(came === null);
    };
    void load();
    return () => {
      over = true;
    };
  }, [missing]);
  return { part, failed, again: () => setFailed(false) };
}
