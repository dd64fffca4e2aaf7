import type { Refusal } from "#lib/domain/refusal.ts";
import { readBusy } from "#lib/web/busy.ts";

interface Unanswered {
  readonly refusals: readonly [Refusal];
}
interface SentAway extends Unanswered {
  /** Seconds until it may be sent again. */
  readonly again: number;
}

/**
 * What a page makes of an action that threw: sent away by a portal that has too much to do, or no answer at all. That what was typed
 * is still here is said where something was `typed`.
 */
export function unanswered(thrown: unknown, typed = holdsText()): SentAway | Unanswered {
  const busy = thrown instanceof Error ? readBusy(thrown.message) : null;
  if (busy === null) {
    const mend = typed ? "What you typed is still here; try again." : "Try again.";
    return { refusals: [{ code: "conflict", sentence: "The portal did not answer.", mend }] };
  }
  const still = typed ? { mend: "What you typed is still here." } : {};
  return { refusals: [{ code: "conflict", sentence: busy.sentence, ...still }], again: busy.again };
}

const fields = "textarea, input:not([type=checkbox], [type=radio], [type=hidden])";
/** Whether a field of the page as it stands holds a text. */
const holdsText = (): boolean =>
  [...document.querySelectorAll(fields)].some((field) => "value" in field && field.value !== "");
