import type { Answers } from "./answers.ts";
import type { Charter, Environment, Origins } from "./charter.ts";
import type { FormFacts } from "./form-facts.ts";
import type { JsonObject } from "./json.ts";
import type { Outcome, Refusal } from "./refusal.ts";

export interface ComposeAsk {
  readonly answers: Answers;
  readonly facts: FormFacts;
  readonly now: Date;
  /** What the connector made of `answers.need`; null while nothing was answered. Its refusals pass through. */
  readonly spec: Outcome<JsonObject> | null;
}

/** A form's answers with every default filled in. */
export interface Composed {
  /** What is known so far, field by field. */
  readonly filled: Partial<Charter>;
  readonly origins: Origins;
  /** The charter when no field is missing and none is refused; else null. */
  readonly charter: Charter | null;
  readonly refusals: readonly Refusal[];
  /** What the workload tells by itself; null: the form asks. */
  readonly inferredEnvironment: Environment | null;
}

/** Fills a charter from the form's answers and what is known; pure, and safe to run on every keystroke. */
export function compose(_ask: ComposeAsk): Composed {
  throw new Error("not composed yet");
}
