import { changeStep, lockStep } from "#db/store/steps.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Command } from "../run.ts";

/** Makes a waiting try due now, because a person asked. Refuses a step that runs or has ended. */
export const retry: Command<{ readonly step: string }, null> = async (work, input) => {
  const step = await lockStep(work.tx, input.step);
  if (step === null) return refuse({ code: "not-found", sentence: "There is no such step." });
  if (step.state !== "ready" && step.state !== "ambiguous")
    return refuse({ code: "conflict", sentence: "This step is not waiting for another try." });
  if (step.fault === null)
    return refuse({ code: "conflict", sentence: "This step waits for its time; nothing went wrong." });
  const version = await changeStep(work.tx, step.id, { dueInMs: 0 });
  const detail = { intent: step.intent, name: step.name };
  return { ok: await work.record(null, { noun: "step", id: step.id, version, action: "step.retried", detail }) };
};
