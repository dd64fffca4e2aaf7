/**
 * How a secret that the target chooses and tells once (an access key) comes to lie in a vault, as a pure machine.
 * `next(facts, seen)` says what to do; the worker does it and hands back what it saw. Facts are what was committed last;
 * they never hold a secret. What the machine promises, crash where you like: once `done`, exactly one active key exists,
 * the recorded one, and the vault's current version is its secret.
 */
export type ServerChosenFacts = {
  readonly phase: "new" | "clearing" | "minting" | "minted" | "discarding" | "vaulted" | "done" | "unmaking" | "unmade";
  readonly attempt: number;
  /** Keys of earlier intents on the same account; they stay. */
  readonly keep: readonly string[];
  /** Current version of the slot when it was read before minting. */
  readonly base: number;
  readonly key: string | null;
  /** Version that the next write of this key's secret will have. */
  readonly expects: number;
  readonly probed: boolean;
  readonly version: number | null;
  /**
   * Every (version, key) pair ever offered: a version that two keys could have written is never adopted. Version 0: a key that was
   * made and not offered yet.
   */
  readonly pairs: readonly { readonly version: number; readonly key: string }[];
  /** Keys whose removal is decided and not yet answered; keys whose removal the target confirmed. */
  readonly doomed: readonly string[];
  readonly gone: readonly string[];
  /** Keys nobody recorded and somebody used: this account is never given power. */
  readonly used: readonly string[];
  /** Instants of the database clock, ms. Only a list taken at or after `quietAt` proves that no other key exists. */
  readonly quietAt: number | null;
  readonly giveUpAt: number | null;
};

export const newServerChosen = (keep: readonly string[]): ServerChosenFacts => ({
  phase: "new",
  attempt: 0,
  keep,
  base: 0,
  key: null,
  expects: 0,
  probed: false,
  version: null,
  pairs: [],
  doomed: [],
  gone: [],
  used: [],
  quietAt: null,
  giveUpAt: null,
});

export type KeySeen = { readonly id: string; readonly active: boolean; readonly everUsed: boolean };
export type SlotSeen = {
  readonly current: number;
  readonly versions: readonly { readonly version: number; readonly destroyed: boolean; readonly deleted: boolean }[];
};

/** What the last action led to. `now` is the database's clock in ms. */
export type ServerChosenSeen =
  /** A worker has just taken the step and holds no secret. */
  | { readonly saw: "resumed"; readonly now: number }
  | { readonly saw: "saved"; readonly now: number }
  | { readonly saw: "waited"; readonly now: number }
  | { readonly saw: "slot"; readonly slot: SlotSeen | null; readonly holding: boolean; readonly now: number }
  | { readonly saw: "keys"; readonly keys: readonly KeySeen[]; readonly now: number }
  | { readonly saw: "minted"; readonly key: string; readonly now: number }
  /** No answer: the mint may still happen until its signature, made before `signableUntil`, has expired. */
  | { readonly saw: "mint-unknown"; readonly signableUntil: number; readonly now: number }
  /** Certainly not executed. */
  | { readonly saw: "mint-refused"; readonly now: number }
  | { readonly saw: "probe"; readonly works: boolean; readonly now: number }
  | { readonly saw: "put"; readonly version: number; readonly now: number }
  /** No answer, or the check-and-set was refused. */
  | { readonly saw: "put-unknown"; readonly now: number }
  | { readonly saw: "deactivated"; readonly id: string; readonly now: number }
  /** Only the target's own word proves a removal; *absent* does not. */
  | {
      readonly saw: "removed";
      readonly id: string;
      readonly result: "deleted" | "absent" | "unknown";
      readonly now: number;
    }
  /** A commit found another owner; `facts` given to `next` are then the row's, read afterwards. */
  | { readonly saw: "lost"; readonly minted: string | null; readonly now: number };

export type ServerChosenAction =
  | { readonly do: "prepare" }
  | { readonly do: "read" }
  | { readonly do: "list" }
  | { readonly do: "checkpoint"; readonly facts: ServerChosenFacts }
  | { readonly do: "mint" }
  | { readonly do: "probe" }
  | { readonly do: "put"; readonly cas: number }
  | { readonly do: "deactivate"; readonly id: string }
  | { readonly do: "remove"; readonly id: string }
  | { readonly do: "wait"; readonly until: number }
  /** Deletes a key that no committed row names: the only call allowed without a lease. Then stop. */
  | { readonly do: "undo"; readonly id: string }
  | { readonly do: "stop" }
  /** An unrecorded key was used: stays powerless, people are called. */
  | { readonly do: "freeze"; readonly keys: readonly string[] }
  | { readonly do: "done" };

export interface ServerChosenTiming {
  /** Life of a mint's signature and the consistency window together. */
  readonly mintWindowMs: number;
  /** Pause between two lists or probes. */
  readonly repeatMs: number;
}

const checkpoint = (facts: ServerChosenFacts, change: Partial<ServerChosenFacts>): ServerChosenAction => ({
  do: "checkpoint",
  facts: { ...facts, ...change },
});

/** Whether a committed row speaks of this key at all. */
export const names = (facts: ServerChosenFacts, key: string): boolean =>
  facts.key === key ||
  facts.keep.includes(key) ||
  facts.doomed.includes(key) ||
  facts.gone.includes(key) ||
  facts.pairs.some((pair) => pair.key === key);

/** What to do, given what is committed and what was just seen. */
export function next(facts: ServerChosenFacts, seen: ServerChosenSeen, timing: ServerChosenTiming): ServerChosenAction {
  switch (seen.saw) {
    case "resumed":
      return resume(facts, seen.now, timing);
    case "saved":
    case "waited":
      return proceed(facts);
    case "slot":
      return slotSeen(facts, seen);
    case "keys":
      return keysSeen(facts, seen, timing);
    case "minted":
      return checkpoint(facts, {
        phase: "minted",
        key: seen.key,
        expects: facts.base + 1,
        probed: false,
        pairs: withPair(facts, { version: isInUse(facts) ? 0 : facts.base + 1, key: seen.key }),
        giveUpAt: seen.now + timing.mintWindowMs,
      });
    case "mint-unknown":
      return checkpoint(facts, { phase: "new", quietAt: Math.max(seen.now, seen.signableUntil) + timing.mintWindowMs });
    case "mint-refused":
      return checkpoint(facts, { phase: "new" });
    case "probe":
      return probeSeen(facts, seen, timing);
    case "put":
      return checkpoint(facts, { phase: "vaulted", version: seen.version, giveUpAt: null });
    case "put-unknown":
      return { do: "read" };
    case "deactivated":
      return { do: "remove", id: seen.id };
    case "removed":
      return removalSeen(facts, seen, timing);
    case "lost":
      return seen.minted !== null && !names(facts, seen.minted) ? { do: "undo", id: seen.minted } : { do: "stop" };
  }
}

/** Entered without a secret in hand. A mint that was begun is taken as unanswered. */
function resume(facts: ServerChosenFacts, now: number, timing: ServerChosenTiming): ServerChosenAction {
  if (facts.phase === "minting") return checkpoint(facts, { phase: "new", quietAt: now + timing.mintWindowMs });
  if (facts.phase === "minted") return { do: "read" };
  return proceed(facts);
}

/** The next call of the phase just committed; in `minted` the secret is in hand. */
function proceed(facts: ServerChosenFacts): ServerChosenAction {
  const [doomed] = facts.doomed;
  if (doomed !== undefined) return { do: "deactivate", id: doomed };
  switch (facts.phase) {
    case "new":
      return { do: "prepare" };
    case "clearing":
    case "vaulted":
    case "unmaking":
      return { do: "list" };
    case "minting":
      return { do: "mint" };
    case "minted":
      return facts.probed ? { do: "put", cas: facts.expects - 1 } : { do: "probe" };
    case "discarding":
      return checkpoint(facts, { phase: "new", key: null, version: null, giveUpAt: null });
    case "done":
    case "unmade":
      return { do: "done" };
  }
}

type Seen<S extends ServerChosenSeen["saw"]> = Extract<ServerChosenSeen, { saw: S }>;

function slotSeen(facts: ServerChosenFacts, seen: Seen<"slot">): ServerChosenAction {
  const current = seen.slot?.current ?? 0;
  if (facts.phase === "new") return checkpoint(facts, { phase: "clearing", base: current });
  if (facts.key === null) return { do: "stop" };
  if (seen.holding) return offered(facts, current + 1);
  return adoptable(facts, seen.slot)
    ? checkpoint(facts, { phase: "vaulted", version: facts.expects, giveUpAt: null })
    : discard(facts);
}

/** Committed before the write: from here on this number may be this key's. */
const offered = (facts: ServerChosenFacts, version: number): ServerChosenAction =>
  checkpoint(facts, {
    expects: version,
    probed: true,
    pairs: facts.key === null ? facts.pairs : withPair(facts, { version, key: facts.key }),
  });

/**
 * Whether somebody reads the slot already: a rotation. There a number is given to a key as late as can be, once the key has been
 * tried, since what two keys could have written is given up, and meanwhile whoever fetches it would be refused.
 */
const isInUse = ({ keep }: ServerChosenFacts): boolean => keep.length > 0;

/** A stored key whose secret the vault no longer shows as the current version: never adopted again. To be committed before `next`. */
const unstored = (facts: ServerChosenFacts): ServerChosenFacts => ({
  ...facts,
  phase: "discarding",
  doomed: facts.key === null ? facts.doomed : [...facts.doomed, facts.key],
});

/** The expected version exists, is whole, is the current one, and no other key was ever recorded for its number. */
function adoptable(facts: ServerChosenFacts, slot: SlotSeen | null): boolean {
  const version = slot?.versions.find((entry) => entry.version === facts.expects);
  if (slot === null || version === undefined || version.destroyed || version.deleted) return false;
  if (slot.current !== facts.expects) return false;
  const offered = facts.pairs.filter((pair) => pair.version === facts.expects);
  return offered.length > 0 && offered.every((pair) => pair.key === facts.key);
}

/** Never adopted from here on, whatever the vault shows later. */
const discard = (facts: ServerChosenFacts): ServerChosenAction =>
  checkpoint(facts, { phase: "discarding", doomed: facts.key === null ? [] : [facts.key] });

function keysSeen(facts: ServerChosenFacts, seen: Seen<"keys">, timing: ServerChosenTiming): ServerChosenAction {
  const recorded = facts.phase === "vaulted" && facts.key !== null ? [...facts.keep, facts.key] : facts.keep;
  const others = seen.keys.filter((key) => !recorded.includes(key.id) && !facts.gone.includes(key.id));
  if (others.length > 0) {
    const used = others.filter((key) => key.everUsed && !names(facts, key.id)).map((key) => key.id);
    return checkpoint(facts, { doomed: others.map((key) => key.id), used: [...new Set([...facts.used, ...used])] });
  }
  if (facts.phase === "vaulted" && !seen.keys.some((key) => key.id === facts.key && key.active)) {
    if (facts.giveUpAt === null) return checkpoint(facts, { giveUpAt: seen.now + timing.mintWindowMs });
    return seen.now < facts.giveUpAt ? pause(seen.now, facts.giveUpAt, timing) : discard(facts);
  }
  if (facts.quietAt !== null && seen.now < facts.quietAt) return pause(seen.now, facts.quietAt, timing);
  if (facts.phase === "unmaking") return checkpoint(facts, { phase: "unmade", quietAt: null });
  if (facts.used.length > 0) return { do: "freeze", keys: facts.used };
  if (facts.phase === "vaulted") return checkpoint(facts, { phase: "done", quietAt: null, giveUpAt: null });
  return checkpoint(facts, { phase: "minting", attempt: facts.attempt + 1, quietAt: null });
}

function probeSeen(facts: ServerChosenFacts, seen: Seen<"probe">, timing: ServerChosenTiming): ServerChosenAction {
  if (seen.works)
    return facts.probed || !isInUse(facts) ? { do: "put", cas: facts.expects - 1 } : offered(facts, facts.expects);
  const giveUpAt = facts.giveUpAt ?? seen.now;
  return seen.now < giveUpAt ? pause(seen.now, giveUpAt, timing) : discard(facts);
}

function removalSeen(facts: ServerChosenFacts, seen: Seen<"removed">, timing: ServerChosenTiming): ServerChosenAction {
  const doomed = facts.doomed.filter((id) => id !== seen.id);
  if (seen.result === "deleted") return checkpoint(facts, { doomed, gone: [...facts.gone, seen.id] });
  return checkpoint(facts, { doomed, quietAt: Math.max(facts.quietAt ?? 0, seen.now + timing.mintWindowMs) });
}

const pause = (now: number, end: number, timing: ServerChosenTiming): ServerChosenAction => ({
  do: "wait",
  until: Math.min(end, now + timing.repeatMs),
});

const withPair = (facts: ServerChosenFacts, pair: { version: number; key: string }): ServerChosenFacts["pairs"] =>
  facts.pairs.some((known) => known.version === pair.version && known.key === pair.key)
    ? facts.pairs
    : [...facts.pairs, pair];

/** Takes everything back that this intent may have made: no key of it is ever adopted again. To be committed before `next`. */
export function unmaking(facts: ServerChosenFacts, now: number, timing: ServerChosenTiming): ServerChosenFacts {
  if (facts.phase === "unmaking" || facts.phase === "unmade") return facts;
  const quietAt = facts.phase === "minting" ? now + timing.mintWindowMs : facts.quietAt;
  const doomed = facts.key === null || facts.doomed.includes(facts.key) ? facts.doomed : [...facts.doomed, facts.key];
  return { ...facts, phase: "unmaking", quietAt, doomed };
}

const settled: readonly ServerChosenFacts["phase"][] = ["minted", "vaulted", "done"];

/**
 * Keys that a reconciler may have disabled and deleted: those listed *before* the rows were read that none of an account's rows
 * names, once every one of them is past minting. What was unmade says only which keys it knew.
 */
export function strays(listed: readonly Pick<KeySeen, "id">[], rows: readonly ServerChosenFacts[]): readonly string[] {
  const standing = rows.filter(({ phase }) => phase !== "unmade");
  if (standing.length === 0 || standing.some(({ phase }) => !settled.includes(phase))) return [];
  return listed.map(({ id }) => id).filter((id) => !rows.some((row) => names(row, id)));
}

/** What power would be given on: whether the vault's current version is still the one recorded, and the keys that are listed. */
export interface Recheck {
  readonly isStored: boolean;
  readonly keys: readonly KeySeen[];
}

/**
 * Immediately before power is given: what to commit, so that `next` puts right what somebody else's hand has done to what was
 * issued; null when all is as recorded.
 */
export function rechecked(facts: ServerChosenFacts, { isStored, keys }: Recheck): ServerChosenFacts | null {
  if (!isStored) return unstored(facts);
  return exactlyRecorded(facts, keys) ? null : { ...facts, phase: "vaulted" };
}

/** Step 6 once more, immediately before power is given: whether exactly the recorded keys exist, all active. */
export function exactlyRecorded(facts: ServerChosenFacts, keys: readonly KeySeen[]): boolean {
  const recorded = facts.key === null ? facts.keep : [...facts.keep, facts.key];
  const listed = keys.filter((key) => !facts.gone.includes(key.id));
  return (
    facts.phase === "done" &&
    listed.length === recorded.length &&
    listed.every((key) => key.active && recorded.includes(key.id))
  );
}
