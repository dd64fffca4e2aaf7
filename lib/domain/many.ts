import { type Outcome, ok, refuse } from "./refusal.ts";

/** What may be asked of many identities in one go; `ask` has their owners asked whether they are still needed. */
export const manyVerbs = ["transfer", "renew", "retire", "ask"] as const;
export type ManyVerb = (typeof manyVerbs)[number];

/** The most identities in one go: what one person can still look through. */
export const manyCap = 200;

/** Each identity once, and not more than can be looked through. */
export function readMany(identities: readonly string[]): Outcome<null> {
  if (identities.length === 0) return refuse({ code: "invalid", sentence: "Select the identities first." });
  if (identities.length > manyCap)
    return refuse({
      ...{ code: "invalid", sentence: `At most ${manyCap} identities go together.` },
      mend: "Narrow the filter, or go on with the rest afterwards.",
    });
  return new Set(identities).size === identities.length
    ? ok(null)
    : refuse({ code: "invalid", sentence: "An identity was named twice." });
}
