import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type TextLimits, whyNotPlain } from "#lib/domain/text.ts";

/** What a person says in one paragraph: line breaks become spaces, nothing hidden or reordering stays in it. */
export function readRemark(said: string, field: string, limits: TextLimits): Outcome<string> {
  // Far beyond what could shrink to the limit: not worth looking at letter by letter.
  if (said.length > limits.max * 10) {
    return refuse({ code: "invalid", field, sentence: `Use at most ${limits.max} characters.` });
  }
  const text = said.replace(/\s+/g, " ").trim();
  const why = whyNotPlain(text, limits);
  return why === null ? ok(text) : refuse({ code: "invalid", field, sentence: why });
}
