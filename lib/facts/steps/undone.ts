import { changeStep } from "#db/store/steps.ts";
import type { Command } from "../run.ts";
import { lockOwned, type Owned } from "./owned.ts";
import { takeBack } from "./taking-back.ts";

/** Commits that a step has been taken back; then the one before it, until none is left and the request has failed. */
export const undone: Command<Owned, null> = async (work, owned) => {
  const { step, intent } = await lockOwned(work, owned, ({ state }) => state === "undone");
  const change = { state: "undone", stuckAt: null, leaseUntil: null, finishedAt: work.now } as const;
  const version = await changeStep(work.tx, step.id, change);
  const detail = { intent: intent.id, name: step.name, fence: owned.fence };
  const rest = await takeBack(work, intent, step.ordinal);
  return {
    ok: await work.record(null, { noun: "step", id: step.id, version, action: "step.undone", detail }, ...rest),
  };
};
