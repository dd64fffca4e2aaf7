import { readSteps } from "#db/store/intents.ts";
import { changeStep, hasStep, lockIntent, lockStep, type StepRow, undoIntent } from "#db/store/steps.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Command, Work } from "../run.ts";
import { takeBack } from "./taking-back.ts";

/**
 * Takes a provisioning back before it has power. A step that runs now is left to end and is then taken back by its own
 * commit. Refuses an intent of another kind, one that has ended, and one that has begun to give power.
 */
export const cancel: Command<{ readonly intent: string; readonly sentence: string }, null> = async (work, input) => {
  const intent = await lockIntent(work.tx, input.intent);
  if (intent === null || intent.kind !== "provision")
    return refuse({ code: "not-found", sentence: "There is no such provisioning." });
  if (intent.state !== "running")
    return refuse({ code: "conflict", sentence: "This provisioning is no longer running." });
  if (await hasStep(work.tx, intent.id, { kinds: ["empower"], states: ["claimed", "sent", "ambiguous", "done"] }))
    return refuse({ code: "conflict", sentence: "It already has power. Retire it instead." });
  const current = await currentStep(work, intent.id);
  const version = await undoIntent(work.tx, intent.id);
  const entry: Entry = {
    noun: "intent",
    id: intent.id,
    version,
    action: "intent.cancelled",
    detail: { sentence: input.sentence },
  };
  if (current === null || current.state === "claimed" || current.state === "sent")
    return { ok: await work.record(null, entry) };
  const stopped = await changeStep(work.tx, current.id, { state: "done", evidence: input.sentence });
  const detail = { intent: intent.id, name: current.name };
  const step: Entry = { noun: "step", id: current.id, version: stopped, action: "step.cancelled", detail };
  const rest = await takeBack(work, { ...intent, state: "undoing" }, current.ordinal + 1);
  return { ok: await work.record(null, entry, step, ...rest) };
};

async function currentStep(work: Work, intent: string): Promise<StepRow | null> {
  const open = (await readSteps(work.tx, intent)).find(({ state }) => !["done", "waiting", "undone"].includes(state));
  return open === undefined ? null : lockStep(work.tx, open.id);
}
