import { changeStep, type LeaseTimes, lockExpiredSent, readStep } from "#db/store/steps.ts";
import { type Refusals, refuse } from "#lib/domain/refusal.ts";
import type { Command } from "../run.ts";

const none: Refusals = [{ code: "not-found", sentence: "No step was sent and left." }];

/** Finds one step whose worker vanished after it was sent: what it did is unknown, so it becomes ambiguous and due. Refuses when there is none. */
export const expire: Command<LeaseTimes, string> = async (work, times) => {
  const id = await lockExpiredSent(work.tx, times);
  const step = id === null ? null : await readStep(work.tx, id);
  if (step === null) return refuse(...none);
  const version = await changeStep(work.tx, step.id, { state: "ambiguous", dueInMs: 0, leaseUntil: null });
  const detail = { intent: step.intent, name: step.name, fence: step.fence };
  return { ok: await work.record(step.id, { noun: "step", id: step.id, version, action: "step.left", detail }) };
};
