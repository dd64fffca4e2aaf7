import { changeStep } from "#db/store/steps.ts";
import type { Command } from "../run.ts";
import { lockOwned, type Owned } from "./owned.ts";

/** Commits that calls of a step may from now on have reached its target. */
export const send: Command<Owned, null> = async (work, owned) => {
  const { step } = await lockOwned(work, owned, ({ state }) => state === "sent");
  const version = await changeStep(work.tx, step.id, { state: "sent", attempts: step.attempts + 1 });
  const detail = { intent: step.intent, name: step.name, fence: owned.fence, undoing: step.undoing };
  return { ok: await work.record(null, { noun: "step", id: step.id, version, action: "step.sent", detail }) };
};
