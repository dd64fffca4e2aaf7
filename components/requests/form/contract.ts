import type { Preview } from "#lib/claims/requests/preview.ts";
import type { Each } from "#lib/claims/requests/submit-each.ts";
import type { Answers } from "#lib/domain/answers.ts";
import type { CredentialModel, Environment } from "#lib/domain/charter.ts";
import type { DenialRead } from "#lib/domain/permission.ts";
import type { Answer } from "#lib/web/action.ts";

export interface FormVerbs {
  readonly preview: (input: { id: string; answers: Answers }) => Promise<Answer<Preview>>;
  readonly saveDraft: (input: { id: string; answers: Answers }) => Promise<Answer<unknown>>;
  readonly submitEach: (input: {
    id: string;
    answers: Answers;
    plans: { environment: Environment; planDigest: string }[];
  }) => Promise<Answer<readonly Each[]>>;
  readonly discard: (input: { id: string }) => Promise<Answer<unknown>>;
  readonly readDenial: (input: { blueprint: string; text: string }) => Promise<Answer<DenialRead>>;
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
  readonly guardRails: { readonly environments: readonly Environment[] };
}
export type FormQuestion =
  | { readonly kind: "github" | "purpose" | "environment"; readonly label: string; readonly help: string }
  | { readonly kind: "workload"; readonly label: string; readonly help: string; readonly placeholder: string }
  | { readonly kind: "reach"; readonly label: string; readonly help: string; readonly paste: string | null };

/** What helps with saying what it must do: the target type's words, and where error messages are read. */
export interface FormHelp {
  readonly blueprint: string;
  readonly words: { readonly resource: string; readonly example: string; readonly denial: string };
  readonly readDenial: FormVerbs["readDenial"];
}

export interface FormPack {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly label: string; readonly placeholder: string }[];
  /** Actions in short, for the line below the question. */
  readonly actions: readonly string[];
}
