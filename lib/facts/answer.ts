import type { JsonObject } from "#lib/domain/json.ts";
import type { Refusals } from "#lib/domain/refusal.ts";

/** What became of a claim, as `outcomes` keeps it. A refused claim may still have changed something: a request that policy refuses. */
export type Answer =
  | { readonly result: "taken" }
  | { readonly result: "refused" | "superseded"; readonly refusals: Refusals };

export const taken: Answer = { result: "taken" };
export const refused = (...refusals: Refusals): Answer => ({ result: "refused", refusals });
/** Too late or told already: what it was about has moved on. */
export const superseded = (sentence: string): Answer => ({
  result: "superseded",
  refusals: [{ code: "conflict", sentence }],
});

/** Thrown when a claim rests on another that no worker has taken yet: it stays in the inbox and is looked at again soon. */
export class NotYet extends Error {}

/** Refusals as JSON of their own, for audit entries. */
export const refusalsJson = (refusals: Refusals): JsonObject[] =>
  refusals.map(({ code, sentence, field, rule }) => ({
    code,
    sentence,
    ...(field === undefined ? {} : { field }),
    ...(rule === undefined ? {} : { rule }),
  }));
