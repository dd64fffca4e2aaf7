import type { Decision, PolicyFacts, PolicyFigures } from "#lib/domain/decision.ts";

/** A policy bundle: the content of its files by name, and `digest(files)`. */
export interface Bundle {
  readonly digest: string;
  readonly files: { readonly [file: string]: string };
}

/** Asks the bundle about one request; the same answer for the same two inputs. Throws `PolicyFault` on a broken bundle. */
export function decide(_bundle: Bundle, _facts: PolicyFacts): Decision {
  throw new Error("no engine yet");
}

/** The figures that the bundle sets. Throws `PolicyFault` on a broken bundle. */
export function figuresOf(_bundle: Bundle): PolicyFigures {
  throw new Error("no engine yet");
}
