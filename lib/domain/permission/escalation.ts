import type { Escalation } from "../reach.ts";

/** A known combination of actions that yields more power than granted. The table is the connector's; sentences are ours. */
export interface EscalationPattern {
  readonly id: string;
  readonly sentence: string;
  /** All of these are needed; each is met by any one of its alternatives. */
  readonly needs: readonly (readonly string[])[];
  /** What the path leads through after the identity, to what it could become. */
  readonly through: readonly { readonly node: string; readonly via: string }[];
}

/** One granted action, expanded, and whether it may be used on anything. */
export interface Granted {
  readonly action: string;
  readonly anywhere: boolean;
}

/**
 * The patterns that the granted actions complete, as paths from the identity. Action names compare without case. An
 * action limited to named resources still counts: what those resources may do is not known here.
 */
export function escalationsOf(
  identity: string,
  granted: readonly Granted[],
  patterns: readonly EscalationPattern[],
): readonly Escalation[] {
  const held = new Map(granted.map(({ action }) => [action.toLowerCase(), action]));
  return patterns.flatMap((pattern) => {
    const met = pattern.needs.map((alternatives) =>
      alternatives.map((one) => held.get(one.toLowerCase())).find((one) => one !== undefined),
    );
    const actions = met.filter((one) => one !== undefined);
    if (actions.length === 0 || actions.length < pattern.needs.length) return [];
    const path = [{ node: identity }, ...pattern.through];
    return [{ id: pattern.id, sentence: pattern.sentence, path, actions, mend: `Drop ${inChoice(actions)}.` }];
  });
}

/** "a", "a or b", "a, b or c". */
const inChoice = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
