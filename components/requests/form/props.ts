import type { Choices } from "#db/read/new-request.ts";
import type { Preview } from "#lib/claims/requests/preview.ts";
import type { Answers, Edits } from "#lib/domain/answers.ts";
import type { Charter } from "#lib/domain/charter.ts";
import type { FormHelp, FormPack, FormQuestion } from "./contract.ts";

/** What every question is given. */
export interface QuestionProps<Question = FormQuestion> {
  readonly question: Question;
  readonly answers: Answers;
  readonly change: (part: Partial<Answers>) => void;
  readonly choices: Choices;
  readonly packs: readonly FormPack[];
  readonly preview: Preview | null;
  /** Null where permissions cannot be composed. */
  readonly help: FormHelp | null;
  /** The refusal at this question's fields; null while the answer is still open. */
  readonly error: string | null;
}

/** A charter field that a default fills, as a line. */
export interface Line {
  readonly field: keyof Charter;
  readonly label: string;
}

/** What the filled lines are given. */
export interface FilledProps {
  readonly preview: Preview | null;
  readonly answers: Answers;
  readonly edit: (part: Edits) => void;
  readonly choices: Choices;
  readonly me: string;
  readonly errors: { readonly [field: string]: string };
}

/** What the control that changes a line is given. */
export type EditorProps = FilledProps & { readonly line: Line; readonly done: () => void };
