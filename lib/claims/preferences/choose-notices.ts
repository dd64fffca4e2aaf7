import { noticePreference } from "#db/store/notices.ts";
import { savePreference } from "#db/store/preferences.ts";
import { readChoice } from "#lib/domain/notice.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { type ClaimContext, runQuietly } from "../run.ts";

/** Keeps how one wants to be told. What is promised to be told at once stays so, whatever is sent. */
export const chooseNotices = (context: ClaimContext, input: { readonly choice: unknown }): Promise<Outcome<null>> =>
  runQuietly(context, { action: "preference.notices", id: context.actor.id }, async (tx) => {
    const value = { ...readChoice(input.choice) };
    await savePreference(tx, { person: context.actor.id, name: noticePreference, value });
    return ok(null);
  });
