import type { Refusal } from "#lib/domain/refusal.ts";
import { readBusy } from "#lib/web/busy.ts";

interface SentAway {
  readonly refusals: readonly [Refusal];
  /** Seconds until it may be sent again. */
  readonly again: number;
}

/** What a page makes of an action that threw: sent away by a portal that has too much to do, or no answer at all. */
export function unanswered(thrown: unknown): SentAway | { readonly fault: "" } {
  const busy = thrown instanceof Error ? readBusy(thrown.message) : null;
  if (busy === null) return { fault: "" };
  const refusal = { code: "conflict", sentence: busy.sentence, mend: "What you typed is still here." } as const;
  return { refusals: [refusal], again: busy.again };
}
