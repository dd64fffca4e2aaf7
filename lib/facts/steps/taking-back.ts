import { type IntentRow, precedingDone, readyUndo, reasonFor, undoIntent } from "#db/store/steps.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { failIntent } from "../intents/fail.ts";
import type { Work } from "../run.ts";

/**
 * Takes back, in reverse and one after the other in lane 0, every finished step of an intent below an ordinal; with none
 * left the intent has failed. Returns the entries that go with the step's own.
 */
export async function takeBack(work: Work, intent: IntentRow, below: number): Promise<readonly Entry[]> {
  const next = await precedingDone(work.tx, intent.id, below);
  if (next === null) {
    const sentence = (await reasonFor(work.tx, intent.id)) ?? "It could not be provisioned.";
    return failIntent(work, { intent: intent.id, sentence, undone: true });
  }
  await readyUndo(work.tx, next.id);
  if (intent.state === "undoing") return [];
  const version = await undoIntent(work.tx, intent.id);
  return [{ noun: "intent", id: intent.id, version, action: "intent.undoing", detail: { from: next.name } }];
}
