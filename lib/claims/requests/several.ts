import { idBeside } from "#lib/digest/digest.ts";
import type { Environment } from "#lib/domain/charter.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { severalAnswers } from "#lib/domain/several.ts";
import type { FormInput } from "./foresee.ts";

/** A form as the request of one environment. */
export interface OneForm extends FormInput {
  readonly environment: Environment | null;
}

/** Its own first. */
export type Forms = readonly [OneForm, ...OneForm[]];

/**
 * The forms that one form stands for, its own first. The others' ids follow from its own and their environment, so that a
 * second click, or the same draft opened again, names the same requests.
 */
export function formsOf({ id, answers }: FormInput): Outcome<Forms> {
  const read = readAnswers(answers);
  if ("refusals" in read) return read;
  const [own, ...others] = severalAnswers(read.ok);
  return ok([{ ...own, id }, ...others.map((other) => ({ ...other, id: idBeside(id, other.environment ?? "") }))]);
}
