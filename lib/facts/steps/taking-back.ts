import { type IntentRow, precedingDone, readyStep, undoIntent } from "#db/store/steps.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { failIntent } from "../intents/fail.ts";
import type { Work } from "../run.ts";

/**
 * Takes back, in reverse and one after the other in lane 0, every finished step of an intent below an ordinal; with none
 * left the intent has failed. Returns the entries that go with the step's own.
 */
export async function takeBack(
  work: Work,
  intent: IntentRow,
  how: { readonly below: number; readonly sentence: string },
): Promise<readonly Entry[]> {
  const next = await precedingDone(work.tx, intent.id, how.below);
  if (next !== null) {
    await readyStep(work.tx, next.id, { undoing: true, lane: 0, dueAt: null });
    if (intent.state === "undoing") return [];
    return [
      {
        noun: "intent",
        id: intent.id,
        version: await undoIntent(work.tx, intent.id),
        action: "intent.undoing",
        detail: { sentence: how.sentence },
      },
    ];
  }
  return failIntent(work, { intent: intent.id, sentence: how.sentence, undone: true });
}
