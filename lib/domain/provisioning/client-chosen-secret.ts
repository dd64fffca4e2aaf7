/**
 * How a secret that we choose (a database password) comes to be the same at its target and in its vault, as a
 * pure machine. The target is the fence: with each secret it takes the number of the attempt, and only a higher one
 * replaces it. No password, verifier or anything derived is kept: after a crash the secret is forgotten and made anew.
 *
 * A first secret is stored before the target gets it: it has no power yet. One that replaces another (`beside`) is the other
 * way round: the target takes it, it is tried, and only then may anybody fetch it. What was once offered to the vault is never
 * replaced at the target, since a late write may still come: a new holder is made beside it, and all but the stored one go.
 */
export type ClientChosenFacts = {
  readonly phase: "new" | "attempt" | "forgot" | "offered" | "stored" | "set";
  /** Number of the newest attempt; never reused. */
  readonly attempt: number;
  /** Version that the next write of this attempt's secret will have. */
  readonly expects: number;
  readonly version: number | null;
  /** Only of a secret that replaces another. */
  readonly beside: Beside | null;
};

export type Beside = {
  /** Which holder takes the secret, counted from 0: each that was offered and forgotten is left behind. */
  readonly turn: number;
  /** Every (version, attempt) pair ever offered: a version that two could have written is never adopted. */
  readonly pairs: readonly { readonly version: number; readonly attempt: number }[];
};

const fresh = { phase: "new", attempt: 0, expects: 0, version: null } as const;
export const newClientChosen = (): ClientChosenFacts => ({ ...fresh, beside: null });
/** For a secret that replaces one which is in use. */
export const newBeside = (): ClientChosenFacts => ({ ...fresh, beside: { turn: 0, pairs: [] } });

/** What the target's own mark says: the attempt whose secret it holds, or why it must not be touched. */
export type HeldAttempt = { readonly attempt: number } | "closed" | "absent" | "not-ours";

export type ClientChosenSeen =
  /** A worker has just taken the step and holds no secret. */
  | { readonly saw: "resumed" }
  | { readonly saw: "saved" }
  /** `holding`: the secret of the current attempt is in memory. `whole`: the current version can be read. */
  | { readonly saw: "slot"; readonly current: number; readonly whole: boolean; readonly holding: boolean }
  | { readonly saw: "put"; readonly version: number }
  /** No answer, or the check-and-set was refused. */
  | { readonly saw: "put-unknown" }
  | { readonly saw: "set" }
  /** The target refused the attempt's number, or did not answer. */
  | { readonly saw: "set-unknown" }
  | { readonly saw: "held"; readonly held: HeldAttempt; readonly holding: boolean }
  | { readonly saw: "enabled" }
  | { readonly saw: "enable-unknown" }
  | { readonly saw: "probe"; readonly works: boolean }
  | { readonly saw: "cleared" };

export type ClientChosenAction =
  | { readonly do: "prepare" }
  | { readonly do: "read" }
  | { readonly do: "checkpoint"; readonly facts: ClientChosenFacts }
  | { readonly do: "put"; readonly cas: number }
  | { readonly do: "set"; readonly attempt: number }
  /** Reads the attempt the target holds. */
  | { readonly do: "look" }
  /** Lets the holder be used, where its mark names this attempt. */
  | { readonly do: "enable"; readonly attempt: number }
  /** Uses the secret at the target, as its consumer will. */
  | { readonly do: "probe" }
  /** Removes every holder but those replaced and the one whose secret is stored. */
  | { readonly do: "clear" }
  /** The target's object is not ours, is gone, was closed by a later intent, or does not accept its new secret. */
  | { readonly do: "refuse"; readonly why: Refused }
  | { readonly do: "done" };
export type Refused = "closed" | "absent" | "not-ours" | "not-accepted";

/** What to do, given what is committed and what was just seen. A new `attempt` is checkpointed before its secret is made. */
export function next(facts: ClientChosenFacts, seen: ClientChosenSeen): ClientChosenAction {
  if (facts.beside !== null) return nextBeside(facts, { ...seen, beside: facts.beside });
  switch (seen.saw) {
    case "resumed":
      return facts.phase === "attempt" ? { do: "look" } : proceed(facts);
    case "saved":
      return proceed(facts);
    case "slot":
      return save({
        phase: "attempt",
        attempt: facts.phase === "attempt" && seen.holding ? facts.attempt : facts.attempt + 1,
        expects: seen.current + 1,
        version: null,
        beside: null,
      });
    case "put":
      return { do: "set", attempt: facts.attempt };
    case "put-unknown":
      return { do: "read" };
    case "set":
      return save({ ...facts, phase: "set", version: facts.expects });
    case "set-unknown":
      return { do: "look" };
    case "held":
      return heldSeen(facts, seen.held, seen.holding);
    default:
      throw new TypeError(`A first secret is never ${seen.saw}.`);
  }
}

/** A stored secret that the vault no longer shows as the current version: forgotten for good. To be committed before `next`. */
export const unstored = (facts: ClientChosenFacts): ClientChosenFacts => ({ ...facts, phase: "forgot", version: null });

const save = (facts: ClientChosenFacts): ClientChosenAction => ({ do: "checkpoint", facts });

function proceed(facts: ClientChosenFacts): ClientChosenAction {
  switch (facts.phase) {
    case "attempt":
      return { do: "put", cas: facts.expects - 1 };
    case "set":
      return { do: "done" };
    default:
      return { do: "prepare" };
  }
}

/**
 * The target took this very attempt: then its secret is the version last checkpointed, since it was offered only after a
 * seen write. It holds another: this attempt is forgotten for good and the next number lies above both.
 */
function heldSeen(facts: ClientChosenFacts, held: HeldAttempt, holding: boolean): ClientChosenAction {
  if (typeof held === "string") return { do: "refuse", why: held };
  if (held.attempt === facts.attempt) return save({ ...facts, phase: "set", version: facts.expects });
  if (holding && held.attempt < facts.attempt) return { do: "set", attempt: facts.attempt };
  return save({ ...facts, phase: "forgot", attempt: Math.max(facts.attempt, held.attempt), version: null });
}

type SeenBeside = ClientChosenSeen & { readonly beside: Beside };
type Seen<S extends ClientChosenSeen["saw"]> = Extract<SeenBeside, { saw: S }>;

function nextBeside(facts: ClientChosenFacts, seen: SeenBeside): ClientChosenAction {
  switch (seen.saw) {
    case "resumed":
      return resumeBeside(facts);
    case "saved":
      return proceedBeside(facts);
    case "slot":
      return slotBeside(facts, seen);
    case "held":
      return heldBeside(facts, seen);
    case "set":
      return { do: "enable", attempt: facts.attempt };
    case "set-unknown":
    case "enable-unknown":
      return { do: "look" };
    case "enabled":
      return { do: "probe" };
    case "probe":
      return seen.works ? { do: "read" } : { do: "refuse", why: "not-accepted" };
    case "put":
      return save({ ...facts, phase: "stored", version: seen.version });
    case "put-unknown":
      return { do: "read" };
    case "cleared":
      return save({ ...facts, phase: "set" });
  }
}

/** Entered without a secret in hand: one that was never offered is nobody's, one that was may be in the vault. */
function resumeBeside(facts: ClientChosenFacts): ClientChosenAction {
  if (facts.phase === "attempt") return save({ ...facts, phase: "forgot" });
  if (facts.phase === "offered") return { do: "read" };
  return proceedBeside(facts);
}

/** The next call of the phase just committed; in `attempt` and `offered` the secret is in hand. */
function proceedBeside(facts: ClientChosenFacts): ClientChosenAction {
  switch (facts.phase) {
    case "new":
    case "forgot":
      return { do: "prepare" };
    case "attempt":
      return { do: "set", attempt: facts.attempt };
    case "offered":
      return { do: "put", cas: facts.expects - 1 };
    case "stored":
      return { do: "clear" };
    case "set":
      return { do: "done" };
  }
}

function slotBeside(facts: ClientChosenFacts, seen: Seen<"slot">): ClientChosenAction {
  const { beside } = seen;
  if (facts.phase === "new" || facts.phase === "forgot") return { do: "look" };
  if (seen.holding) {
    const pair = { version: seen.current + 1, attempt: facts.attempt };
    return save({ ...facts, phase: "offered", expects: pair.version, beside: withPair(beside, pair) });
  }
  const isOurs = seen.whole && seen.current === facts.expects && wroteAlone(beside, facts);
  if (isOurs) return save({ ...facts, phase: "stored", version: facts.expects });
  return save({ ...facts, phase: "forgot", beside: { ...beside, turn: beside.turn + 1 } });
}

const wroteAlone = ({ pairs }: Beside, { expects, attempt }: ClientChosenFacts): boolean =>
  pairs.every((pair) => pair.version !== expects || pair.attempt === attempt);

const withPair = (beside: Beside, pair: Beside["pairs"][number]): Beside =>
  beside.pairs.some(({ version, attempt }) => version === pair.version && attempt === pair.attempt)
    ? beside
    : { ...beside, pairs: [...beside.pairs, pair] };

/** Before an attempt: which numbers the holder has had. Amid one: whether it took the secret that is in hand. */
function heldBeside(facts: ClientChosenFacts, { held, holding, beside }: Seen<"held">): ClientChosenAction {
  if (held === "not-ours") return { do: "refuse", why: held };
  if (held === "closed")
    return facts.phase === "attempt"
      ? { do: "refuse", why: held }
      : save({ ...facts, phase: "forgot", beside: { ...beside, turn: beside.turn + 1 } });
  const number = held === "absent" ? 0 : held.attempt;
  if (facts.phase !== "attempt") return save({ ...facts, phase: "attempt", attempt: above(facts.attempt, number) });
  if (!holding || number > facts.attempt)
    return save({ ...facts, phase: "forgot", attempt: Math.max(facts.attempt, number) });
  return number === facts.attempt ? { do: "enable", attempt: facts.attempt } : { do: "set", attempt: facts.attempt };
}

const above = (...numbers: readonly number[]): number => Math.max(...numbers) + 1;
