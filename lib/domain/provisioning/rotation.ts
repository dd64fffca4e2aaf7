import type { JsonObject } from "../json.ts";
import type { Plan } from "../plan.ts";

/** Ids of the credentials that a rotation replaces, sealed in its plan. */
export function replacedBy({ change }: Pick<Plan, "change">): readonly string[] {
  const { replaces } = change;
  return Array.isArray(replaces) ? replaces.filter((id) => typeof id === "string") : [];
}

/**
 * What the first step of an intent is committed with. A rotation makes a credential anew: nothing that earlier intents recorded
 * of theirs is its own, but for the ids that stay beside it.
 */
export const factsAtFirst = (plan: Pick<Plan, "kind" | "change">): JsonObject =>
  plan.kind === "rotate" ? { credential: null, keys: replacedBy(plan) } : {};
