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

/**
 * Whether everything that the second resource names is named by the first; false where that is not certain. A first without `*` or
 * `?` names itself alone.
 */
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
  const held = heldOf(by);
  const within = remembered(covers);
  return of.flatMap(({ key, on, ...line }) => {
    const { names, broad } = held.get(key) ?? nothingHeld;
    const unnamed = on.filter((one) => !namesFor(one).some((name) => names.has(name)));
    const left = unnamed.filter((one) => !broad.some((places) => within(places, on).has(one)));
    return left.length === 0 ? [] : [{ ...pick(line), on: [...new Set(left.map(sayPlace))] }];
  });
}

const pick = ({ action, service, level }: AccessLine | Omit<AccessLine, "on">) => ({ action, service, level });

/** What is held under one key: places by name, and lists with places that may name others. */
interface HeldPlaces {
  readonly names: Set<string>;
  readonly broad: (readonly Allowance[])[];
}
const nothingHeld: HeldPlaces = { names: new Set(), broad: [] };

function heldOf(permissions: readonly Permission[]): ReadonlyMap<string, HeldPlaces> {
  const held = new Map<string, HeldPlaces>();
  for (const { key, on } of permissions) {
    const places = held.get(key) ?? { names: new Set(), broad: [] };
    for (const { resource, condition } of on) places.names.add(nameOf(resource, condition));
    if (on.some(({ resource }) => /[*?]/.test(resource))) places.broad.push(on);
    held.set(key, places);
  }
  return held;
}

const nameOf = (resource: string, condition: string | null): string => `${condition ?? ""}\n${resource}`;
/** Names under which a place is held as it is: under no condition, or under its own. */
const namesFor = ({ resource, condition }: Allowance) => [nameOf(resource, null), nameOf(resource, condition)];

/**
 * Of the second list, what the first covers. A wildcard over actions asks the same of the same two lists once for each action:
 * they are compared once.
 */
function remembered(covers: Covers): (by: readonly Allowance[], of: readonly Allowance[]) => ReadonlySet<Allowance> {
  const known = new Map<readonly Allowance[], Map<readonly Allowance[], ReadonlySet<Allowance>>>();
  return (by, of) => {
    const row = known.get(by) ?? new Map<readonly Allowance[], ReadonlySet<Allowance>>();
    known.set(by, row);
    const found = row.get(of) ?? new Set(of.filter((one) => by.some((place) => allows(place, one, covers))));
    row.set(of, found);
    return found;
  };
}

const allows = (general: Allowance, specific: Allowance, covers: Covers): boolean =>
  (general.condition === null || general.condition === specific.condition) &&
  covers(general.resource, specific.resource);

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
