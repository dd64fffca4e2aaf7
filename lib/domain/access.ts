import type { NeedAnswer } from "./answers.ts";
import type { Level } from "./reach.ts";

/** Where an action is allowed, and under which condition; null: under none. */
export interface Allowance {
  readonly resource: string;
  readonly condition: string | null;
}

/** One action in full. A connector makes it of planned objects, each wildcard among actions written out. */
export interface Permission {
  /** As `reach` names it. */
  readonly action: string;
  /** What two plans are compared by: permissions of one key differ only in where they hold. */
  readonly key: string;
  /** Heading: a service's or database's title. */
  readonly service: string;
  /** Null: nobody knows what it does. */
  readonly level: Level | null;
  readonly on: readonly Allowance[];
}

/** An action with the places where it was not allowed before, or no longer is. */
export interface AccessLine {
  readonly action: string;
  readonly service: string;
  readonly level: Level | null;
  readonly on: readonly string[];
}

/** What one plan allows that another does not, and the other way round. */
export interface AccessChange {
  readonly added: readonly AccessLine[];
  readonly takenAway: readonly AccessLine[];
}

/** Whether everything that the second resource names is named by the first; false where that is not certain. */
export type Covers = (general: string, specific: string) => boolean;

/**
 * What is added and what is taken away, action by resource. Where nobody can be certain that something was allowed before it
 * counts as added: an addition is never taken for less.
 */
export const compareAccess = (
  before: readonly Permission[],
  after: readonly Permission[],
  covers: Covers,
): AccessChange => ({
  added: uncovered(after, before, covers),
  takenAway: uncovered(before, after, covers),
});

/** Of the first, what the second does not allow. */
function uncovered(of: readonly Permission[], by: readonly Permission[], covers: Covers): readonly AccessLine[] {
  const held = new Map<string, Allowance[]>();
  for (const { key, on } of by) held.set(key, [...(held.get(key) ?? []), ...on]);
  const allows = remembered(covers);
  return of.flatMap(({ key, on, ...line }) => {
    const places = held.get(key) ?? [];
    const left = on.filter((one) => !places.some((place) => allows(place, one)));
    return left.length === 0 ? [] : [{ ...pick(line), on: [...new Set(left.map(sayPlace))] }];
  });
}

const pick = ({ action, service, level }: AccessLine | Omit<AccessLine, "on">) => ({ action, service, level });

/** A wildcard over actions asks the same of the same places many times. */
function remembered(covers: Covers): (general: Allowance, specific: Allowance) => boolean {
  const known = new Map<string, boolean>();
  return (general, specific) => {
    if (general.condition !== null && general.condition !== specific.condition) return false;
    const pair = `${general.resource}\n${specific.resource}`;
    const answer = known.get(pair) ?? covers(general.resource, specific.resource);
    known.set(pair, answer);
    return answer;
  };
}

const sayPlace = ({ resource, condition }: Allowance): string =>
  condition === null ? resource : `${resource}, only if ${condition}`;

/** What a person wants instead of what an identity may do now. */
export interface WantedAccess {
  /** Text that says all it may do; null: what it may do now is the start. */
  readonly instead: string | null;
  /** Actions to take away, as `reach` names them. */
  readonly drop: readonly string[];
  readonly add: NeedAnswer | null;
}

/** Nothing changed yet. */
export const asItIs: WantedAccess = { instead: null, drop: [], add: null };
