import { changeStep } from "#db/store/steps.ts";
import { canonical } from "#lib/digest/digest.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Command } from "../run.ts";
import { lockOwned, type Owned } from "./owned.ts";

/** Commits more facts in the middle of a step. Never a secret. */
export const checkpoint: Command<Owned & { readonly facts: JsonObject }, null> = async (work, { facts, ...owned }) => {
  const { step } = await lockOwned(
    work,
    owned,
    (row) => canonical({ ...row.facts, ...facts }) === canonical(row.facts),
  );
  const version = await changeStep(work.tx, step.id, { facts: { ...step.facts, ...facts } });
  const detail = { intent: step.intent, name: step.name, fence: owned.fence, facts };
  return { ok: await work.record(null, { noun: "step", id: step.id, version, action: "step.noted", detail }) };
};
