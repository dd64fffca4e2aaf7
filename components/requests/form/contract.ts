import type { Answers } from "#lib/domain/answers.ts";
import type { Charter, Environment, Origins } from "#lib/domain/charter.ts";
import type { Decision } from "#lib/domain/decision.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { Reach } from "#lib/domain/reach.ts";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { Answer } from "#lib/web/action.ts";

/** What the form shows beside itself: the filled charter, what policy says of it, and the plan. */
export interface Preview {
  readonly filled: Partial<Charter>;
  readonly origins: Origins;
  readonly inferredEnvironment: Environment | null;
  readonly refusals: readonly Refusal[];
  readonly decision: Decision | null;
  readonly plan: Plan | null;
  readonly planDigest: string | null;
  readonly reach: Reach | null;
  /** Why this credential, and why not a better one. */
  readonly ladder: string | null;
}

export interface FormVerbs {
  readonly preview: (input: { id: string; answers: Answers }) => Promise<Answer<Preview>>;
  readonly saveDraft: (input: { id: string; answers: Answers }) => Promise<Answer<unknown>>;
  readonly submit: (input: { id: string; answers: Answers; planDigest: string }) => Promise<Answer<unknown>>;
}

/** The part of a blueprint that the form draws. */
export interface FormBlueprint {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly credential: Charter["credential"];
  readonly connector: string;
  readonly questions: readonly FormQuestion[];
}
export type FormQuestion =
  | { readonly kind: "github" | "purpose" | "environment"; readonly label: string; readonly help: string }
  | { readonly kind: "workload"; readonly label: string; readonly help: string; readonly placeholder: string }
  | { readonly kind: "reach"; readonly label: string; readonly help: string; readonly paste: string | null };

export interface FormPack {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly label: string; readonly placeholder: string }[];
  /** Actions in short, for the line below the question. */
  readonly actions: readonly string[];
}
