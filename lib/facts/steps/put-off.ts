import { changeStep } from "#db/store/steps.ts";
import type { Discrepancy } from "#lib/domain/reconciliation.ts";
import { see } from "../findings/see.ts";
import type { Command } from "../run.ts";
import type { StepFault } from "./fault.ts";
import { lockOwned, type Owned } from "./owned.ts";

export interface PutOff extends Owned {
  /** `ambiguous`: a call may have been executed. `ready`: none is open. */
  readonly state: "ready" | "ambiguous";
  readonly dueInMs: number;
  /** Null when the step only waits for a window to pass. */
  readonly fault: StepFault | null;
  /** People should look: shown as stuck, retried all the same. */
  readonly stuck: boolean;
  /** Something at the target that people must look at. */
  readonly finding: {
    readonly kind: Discrepancy | "used-stray";
    readonly object: string;
    readonly sentence: string;
  } | null;
}

/** Gives a step back to the queue, to be tried again when it is due; never dropped. */
export const putOff: Command<PutOff, null> = async (work, off) => {
  const { step, intent } = await lockOwned(
    work,
    off,
    ({ state, leaseUntil }) => state === off.state && leaseUntil === null,
  );
  const stuckAt = off.stuck ? (step.stuckAt ?? work.now) : null;
  const attempts = off.fault === null ? Math.max(0, step.attempts - 1) : step.attempts;
  const version = await changeStep(work.tx, step.id, {
    state: off.state,
    dueInMs: off.dueInMs,
    fault: off.fault,
    stuckAt,
    attempts,
    leaseUntil: null,
  });
  const { identity, target } = intent;
  const seen =
    off.finding === null
      ? []
      : await see(work, {
          ...{ ...off.finding, id: work.newId(), identity, target },
          evidence: { differences: [off.finding.sentence] },
        });
  const action =
    off.stuck && step.stuckAt === null ? "step.stuck" : off.state === "ambiguous" ? "step.ambiguous" : "step.put-off";
  const fault = off.fault === null ? null : { ...off.fault };
  const detail = { intent: step.intent, name: step.name, fence: off.fence, fault, dueInMs: off.dueInMs };
  return { ok: await work.record(null, { noun: "step", id: step.id, version, action, detail }, ...seen) };
};
