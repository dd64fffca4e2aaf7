import { type IntentRow, lockIntentOf, lockStep, type StepRow } from "#db/store/steps.ts";
import type { Work } from "../run.ts";
import { CommittedBefore, LostLease } from "./lost-lease.ts";

/** A step under a worker's lease: only the holder of the newest fence may change it. */
export interface Owned {
  readonly step: string;
  readonly fence: number;
}

/**
 * Locks an owned step and its intent. Throws `LostLease` when the fence is no longer this worker's, `CommittedBefore` when
 * `isDone` recognises the row as the outcome of the very commit being made.
 */
export async function lockOwned(
  work: Work,
  owned: Owned,
  isDone: (step: StepRow) => boolean,
): Promise<{ readonly step: StepRow; readonly intent: IntentRow }> {
  // Sent together, in this order.
  const [intent, step] = await Promise.all([lockIntentOf(work.tx, owned.step), lockStep(work.tx, owned.step)]);
  if (step === null || intent === null || step.fence !== owned.fence) throw new LostLease();
  if (isDone(step)) throw new CommittedBefore();
  if (step.state !== "claimed" && step.state !== "sent") throw new LostLease();
  return { step, intent };
}
