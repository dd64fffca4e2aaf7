import { changeStep } from "#db/store/steps.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { whatOfTaken } from "#lib/domain/reconciliation.ts";
import { see } from "../findings/see.ts";
import type { Command } from "../run.ts";
import type { StepFault } from "./fault.ts";
import { lockOwned, type Owned } from "./owned.ts";
import { takeBack } from "./taking-back.ts";

export interface FailedStep extends Owned {
  readonly fault: StepFault;
  /** Why the request failed, in words for its requester. */
  readonly sentence: string;
  /** Set when the step met an object that is not ours: it is reported and never touched, not even by taking back. */
  readonly squatter: string | null;
}

/**
 * A step of an identity without power cannot be done: it, and then every step before it, is taken back, and the request
 * fails in the end. A step that met somebody else's object is itself left as it is, unless it issues: that takes back only what is ours.
 */
export const fail: Command<FailedStep, null> = async (work, failed) => {
  const { step, intent } = await lockOwned(work, failed, ({ state, undoing }) => state === "failed" || undoing);
  const leave = { fault: failed.fault, evidence: failed.sentence, leaseUntil: null, stuckAt: null } as const;
  const detail = {
    intent: intent.id,
    name: step.name,
    fence: failed.fence,
    fault: { ...failed.fault },
    squatter: failed.squatter,
  };
  const version = await changeStep(work.tx, step.id, { ...leave, state: "failed", finishedAt: work.now });
  const entry = { noun: "step", id: step.id, version, action: "step.failed", detail } as const;
  const seen: Entry[] = [];
  if (failed.squatter !== null) {
    const { identity, target } = intent;
    const about = { id: work.newId(), kind: "squatter", identity, target, object: failed.squatter } as const;
    seen.push(
      ...(await see(work, {
        ...about,
        sentence: `${failed.sentence} ${whatOfTaken}`,
        evidence: { differences: [failed.sentence] },
      })),
    );
    // What an issue step met is one thing, its key or slot another: they are ours to take back.
    if (step.kind !== "issue")
      return { ok: await work.record(null, entry, ...seen, ...(await takeBack(work, intent, step.ordinal))) };
  }
  // What a failed step half did is taken back like what a finished one did.
  const again = await changeStep(work.tx, step.id, { state: "done" });
  const undo: Entry = {
    noun: "step",
    id: step.id,
    version: again,
    action: "step.undoing",
    detail: { intent: intent.id, name: step.name },
  };
  return {
    ok: await work.record(null, entry, ...seen, undo, ...(await takeBack(work, intent, step.ordinal + 1))),
  };
};
