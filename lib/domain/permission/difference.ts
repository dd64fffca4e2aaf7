import type { Reach } from "../reach.ts";

export interface ReachDifference {
  /** Actions held only afterwards, and only before; each as `service:action` in the connector's spelling. */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  readonly gainedResources: readonly string[];
  readonly lostResources: readonly string[];
  readonly gainedEscalations: readonly string[];
  readonly lostEscalations: readonly string[];
  /** True when nothing is gained: a narrower plan, or the same. */
  readonly narrower: boolean;
}

const actionsOf = (reach: Reach): readonly string[] => [
  ...new Set([...reach.services.flatMap((one) => Object.values(one.levels).flat()), ...reach.unknown]),
];
const without = (list: readonly string[], other: readonly string[]): readonly string[] =>
  list.filter((one) => !other.includes(one));

/** What a change of plan gives and takes away. */
export function reachDifference(before: Reach, after: Reach): ReachDifference {
  const [had, has] = [actionsOf(before), actionsOf(after)];
  const [knew, knows] = [before.escalations.map((one) => one.id), after.escalations.map((one) => one.id)];
  const gained = without(has, had);
  const gainedResources = without(after.resources, before.resources);
  const gainedEscalations = without(knows, knew);
  return {
    gained,
    lost: without(had, has),
    gainedResources,
    lostResources: without(before.resources, after.resources),
    gainedEscalations,
    lostEscalations: without(knew, knows),
    narrower: gained.length + gainedResources.length + gainedEscalations.length === 0,
  };
}
