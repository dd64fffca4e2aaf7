import { mayUseFormId } from "#db/read/form-id.ts";
import { countDrafts, deleteSettledDrafts, saveDraft } from "#db/store/claims.ts";
import { readState } from "#db/store/requests.ts";
import { whyTooManyDrafts } from "#lib/domain/caps.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { mayFollow, sayState } from "#lib/domain/request.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";
import type { FormInput } from "../requests/foresee.ts";
import { type ClaimContext, runQuietly } from "../run.ts";

/**
 * Keeps what was typed. Drafts are not audited; those whose requests can no longer be edited go on the way. Refuses an id
 * that is somebody else's, an edit of a request that is settled (its draft would not last), and more drafts than the cap.
 */
export const save = (context: ClaimContext, input: FormInput): Promise<Outcome<null>> =>
  runQuietly(context, { action: "draft.save", id: input.id }, async (tx) => {
    const { actor, now } = context;
    const answers = readAnswers(input.answers);
    if ("refusals" in answers) return answers;
    const content = read(jsonObject, answers.ok);
    if ("refusals" in content) return content;
    const none = refuse({ code: "not-found", sentence: "There is no such draft." });
    if (!(await mayUseFormId(tx, actor, { id: input.id, kind: "provision", identity: null }))) return none;
    const state = (await readState(tx, input.id))?.state ?? "received";
    if (state !== "received" && !mayFollow(state, "received")) {
      return refuse({ code: "conflict", sentence: `It is ${sayState(state)} and can no longer be changed.` });
    }
    const row = { id: input.id, person: actor.id, blueprint: answers.ok.blueprint, content: content.ok };
    if (!(await saveDraft(tx, row, now))) return none;
    await deleteSettledDrafts(tx, actor.id);
    return whyTooManyDrafts(await countDrafts(tx, actor.id)) ?? ok(null);
  });
