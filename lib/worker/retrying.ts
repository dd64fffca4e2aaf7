import { Squatter } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { type Discrepancy, whatOfTaken } from "#lib/domain/reconciliation.ts";
import type { StepFault } from "#lib/facts/steps/fault.ts";
import { Frozen, PutOff } from "./credential-storing.ts";

/** Longest pause between two tries, and the pause after the first. A step is never dropped. */
const capMs = 15 * 60_000;
const firstMs = 1_000;
/** Tries after which people are shown a step that still fails. */
export const stuckAfter = 6;

/** Full jitter: anywhere between nothing and twice as much as before, at most the cap; never sooner than the target asked. */
export function pauseMs(attempts: number, of: { readonly random: number; readonly atLeastMs: number }): number {
  const most = Math.min(capMs, firstMs * 2 ** Math.min(attempts, 20));
  return Math.max(of.atLeastMs, Math.round(of.random * most));
}

/** What to do about what a step threw. */
export type Reaction =
  | { readonly do: "wait"; readonly forMs: number }
  | {
      readonly do: "again";
      readonly fault: StepFault;
      /** False for an error that only a log can explain. */
      readonly named: boolean;
      readonly ambiguous: boolean;
      readonly atLeastMs: number;
      readonly stuckNow: boolean;
      readonly finding: Finding | null;
    }
  /** Cannot be done at all: taken back where that is possible. */
  | { readonly do: "fail"; readonly fault: StepFault; readonly sentence: string; readonly squatter: string | null };

export interface Finding {
  readonly kind: Discrepancy | "used-stray";
  readonly object: string;
  readonly sentence: string;
}

/**
 * Reads an error's kind. `powerless`: the identity has no power, so that what was made may be taken back. Missing rights and
 * quotas are for people: shown at once, tried again all the same. Anything unnamed may have reached the target.
 */
export function reactionTo(error: unknown, of: { readonly powerless: boolean; readonly object: string }): Reaction {
  if (error instanceof PutOff) return { do: "wait", forMs: error.forMs };
  if (error instanceof Squatter) return toSquatter(error, of.powerless);
  if (error instanceof Frozen) return toFrozen(of.object);
  if (!(error instanceof TargetFault)) {
    const fault = {
      kind: "ambiguous",
      code: error instanceof Error ? error.name : "unknown",
      sentence: "The worker met a fault that it cannot name.",
    };
    return { do: "again", named: false, fault, ambiguous: true, atLeastMs: 0, stuckNow: false, finding: null };
  }
  const fault = { kind: error.kind, code: error.code, sentence: error.sentence };
  if (error.kind === "invalid" && of.powerless) return { do: "fail", fault, sentence: error.sentence, squatter: null };
  const stuckNow = error.kind === "denied" || error.kind === "quota" || error.kind === "invalid";
  return {
    do: "again",
    named: true,
    fault,
    ambiguous: error.kind === "ambiguous",
    atLeastMs: error.retryAfterMs ?? 0,
    stuckNow,
    finding: null,
  };
}

function toSquatter(error: Squatter, powerless: boolean): Reaction {
  const sentence = `The name is already taken by something that is not ours: ${error.message}.`;
  const fault = { kind: "conflict", code: "squatter", sentence };
  if (powerless) return { do: "fail", fault, sentence, squatter: error.object };
  return {
    do: "again",
    named: true,
    fault,
    ambiguous: false,
    atLeastMs: 0,
    stuckNow: true,
    finding: { kind: "squatter", object: error.object, sentence: `${sentence} ${whatOfTaken}` },
  };
}

function toFrozen(object: string): Reaction {
  const sentence =
    "A credential that nobody recorded was used before it was deleted. The identity gets no power: have it taken back, and look who used it.";
  const finding = { kind: "used-stray", object, sentence } as const;
  return {
    do: "again",
    named: true,
    fault: { kind: "conflict", code: "used-stray", sentence },
    ambiguous: false,
    atLeastMs: capMs,
    stuckNow: true,
    finding,
  };
}
