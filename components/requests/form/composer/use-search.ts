import { useEffect, useState } from "react";
import type { Found } from "#lib/domain/permission.ts";

/** Pause after the last key before the server is asked, ms. */
const after = 120;

export interface Wanted {
  readonly blueprint: string;
  readonly text: string;
  readonly within: string | null;
}

/** What the server finds for what is typed; what was found last stays until the next answer. Null: it could not be asked. */
export function useSearch({ blueprint, text, within }: Wanted): {
  readonly found: readonly Found[] | null;
  readonly asking: boolean;
} {
  const [found, setFound] = useState<readonly Found[] | null>([]);
  const [of, setOf] = useState("");
  const asked = text.trim() === "" && within === null ? "" : `${within ?? ""} ${text.trim()}`;
  useEffect(() => {
    if (asked === "") return;
    const stop = new AbortController();
    const query = new URLSearchParams({ blueprint, q: text.trim(), ...(within === null ? {} : { within }) });
    const timer = setTimeout(async () => {
      const answer = await fetch(`/api/permissions?${query}`, { signal: stop.signal })
        .then((response) => (response.ok ? response.json() : null))
        .catch(() => null);
      if (stop.signal.aborted) return;
      setFound(answer?.found ?? null);
      setOf(asked);
    }, after);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asked, blueprint, text, within]);
  return asked === "" ? { found: [], asking: false } : { found, asking: of !== asked };
}
