import { noticePreference } from "#db/store/notices.ts";
import { readPreference, savePreference } from "#db/store/preferences.ts";
import { readChoice } from "#lib/domain/notice.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { type ClaimContext, runQuietly } from "../run.ts";

/** Keeps how one wants to be told of these kinds. What is promised to be told at once stays so, whatever is sent. */
export const chooseNotices = (context: ClaimContext, input: { readonly choice: unknown }): Promise<Outcome<null>> =>
  runQuietly(context, { action: "preference.notices", id: context.actor.id }, async (tx) => {
    const preference = { person: context.actor.id, name: noticePreference };
    const value = { ...readChoice(await readPreference(tx, preference)), ...readChoice(input.choice) };
    await savePreference(tx, { ...preference, value });
    return ok(null);
  });
