/**
 * How a secret that we choose (a database password) comes to be the same at its target and in its vault, as a
 * pure machine. The target is the fence: with each secret it takes the number of the attempt, and only a higher one
 * replaces it. No password, verifier or anything derived is kept: after a crash the secret is forgotten and made anew.
 */
export type ClientChosenFacts = {
  readonly phase: "new" | "attempt" | "forgot" | "set";
  /** Number of the newest attempt; never reused. */
  readonly attempt: number;
  /** Version that the next write of this attempt's secret will have. */
  readonly expects: number;
  readonly version: number | null;
};

export const newClientChosen = (): ClientChosenFacts => ({ phase: "new", attempt: 0, expects: 0, version: null });

/** What the target's own mark says: the attempt whose secret it holds, or why it must not be touched. */
export type HeldAttempt = { readonly attempt: number } | "closed" | "absent" | "not-ours";

export type ClientChosenSeen =
  /** A worker has just taken the step and holds no secret. */
  | { readonly saw: "resumed" }
  | { readonly saw: "saved" }
  /** `holding`: the secret of the current attempt is in memory. */
  | { readonly saw: "slot"; readonly current: number; readonly holding: boolean }
  | { readonly saw: "put"; readonly version: number }
  /** No answer, or the check-and-set was refused. */
  | { readonly saw: "put-unknown" }
  | { readonly saw: "set" }
  /** The target refused the attempt's number, or did not answer. */
  | { readonly saw: "set-unknown" }
  | { readonly saw: "held"; readonly held: HeldAttempt; readonly holding: boolean }
  | { readonly saw: "lost" };

export type ClientChosenAction =
  | { readonly do: "prepare" }
  | { readonly do: "read" }
  | { readonly do: "checkpoint"; readonly facts: ClientChosenFacts }
  | { readonly do: "put"; readonly cas: number }
  | { readonly do: "set"; readonly attempt: number }
  /** Reads the attempt the target holds. */
  | { readonly do: "look" }
  /** The target's object is not ours, is gone, or was closed by a later intent. */
  | { readonly do: "refuse"; readonly why: "closed" | "absent" | "not-ours" }
  | { readonly do: "stop" }
  | { readonly do: "done" };

/** What to do, given what is committed and what was just seen. A new `attempt` is checkpointed before its secret is made. */
export function next(facts: ClientChosenFacts, seen: ClientChosenSeen): ClientChosenAction {
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
    case "lost":
      return { do: "stop" };
  }
}

const save = (facts: ClientChosenFacts): ClientChosenAction => ({ do: "checkpoint", facts });

function proceed(facts: ClientChosenFacts): ClientChosenAction {
  switch (facts.phase) {
    case "new":
    case "forgot":
      return { do: "prepare" };
    case "attempt":
      return { do: "put", cas: facts.expects - 1 };
    case "set":
      return { do: "done" };
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
