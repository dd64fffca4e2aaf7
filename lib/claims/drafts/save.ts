import { deleteSettledDrafts, saveDraft } from "#db/store/claims.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";
import type { FormInput } from "../requests/preview.ts";
import { type ClaimContext, readOnlySession } from "../run.ts";

/** Keeps what was typed. Drafts are not audited; one whose request can no longer be edited goes on the way. */
export async function save(context: ClaimContext, input: FormInput): Promise<Outcome<null>> {
  if (context.actor.readOnly) return readOnlySession;
  const answers = readAnswers(input.answers);
  if ("refusals" in answers) return answers;
  const content = read(jsonObject, answers.ok);
  if ("refusals" in content) return content;
  const row = { id: input.id, person: context.actor.id, blueprint: answers.ok.blueprint, content: content.ok };
  const saved = await saveDraft(context.db, row, context.now);
  if (!saved) return refuse({ code: "not-found", sentence: "There is no such draft." });
  await deleteSettledDrafts(context.db, context.actor.id);
  return ok(null);
}
