import { changeStep, lockStep } from "#db/store/steps.ts";
import type { Command } from "../run.ts";
import { CommittedBefore } from "./lost-lease.ts";
import type { Owned } from "./owned.ts";

/**
 * A sent step whose worker vanished: what it did is unknown, so it becomes ambiguous and due. Throws `CommittedBefore` when somebody
 * moved it, or took it since, under a later fence: a lease that has ended is never prolonged.
 */
export const expire: Command<Owned, null> = async (work, input) => {
  const step = await lockStep(work.tx, input.step);
  if (step?.state !== "sent" || step.fence !== input.fence) throw new CommittedBefore();
  const version = await changeStep(work.tx, step.id, { state: "ambiguous", dueInMs: 0, leaseUntil: null });
  const detail = { intent: step.intent, name: step.name, fence: step.fence };
  return { ok: await work.record(null, { noun: "step", id: step.id, version, action: "step.left", detail }) };
};
