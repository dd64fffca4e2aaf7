import type { Preview } from "#lib/claims/requests/foresee.ts";
import type { Answers } from "#lib/domain/answers.ts";
import type { CredentialModel } from "#lib/domain/charter.ts";
import type { Answer } from "#lib/web/action.ts";

export interface FormVerbs {
  readonly preview: (input: { id: string; answers: Answers }) => Promise<Answer<Preview>>;
  readonly saveDraft: (input: { id: string; answers: Answers }) => Promise<Answer<unknown>>;
  readonly discard: (input: { id: string }) => Promise<Answer<unknown>>;
  readonly submit: (input: { id: string; answers: Answers; planDigest: string }) => Promise<Answer<unknown>>;
}

/** The part of a blueprint that the form draws. */
export interface FormBlueprint {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly credential: CredentialModel;
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
