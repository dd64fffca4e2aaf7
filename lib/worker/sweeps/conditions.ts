import { readConditionsMet } from "#db/store/retirements.ts";
import { raiseRetirement } from "#lib/facts/expiry/raise.ts";
import type { Worker } from "../worker.ts";

const batch = 200;

/** Asks for the retirement of every identity whose repository was archived or business service decommissioned, where its charter says so; how many. */
export async function retireByCondition(worker: Worker): Promise<number> {
  const { db, installation } = worker;
  let raised = 0;
  for (const { id, condition, reason } of await readConditionsMet(db, batch)) {
    try {
      const asked = { identity: id, installation, condition: { kind: condition, reason } };
      if (await raiseRetirement(db, asked)) raised += 1;
    } catch (error) {
      worker.log.fault("condition", error);
    }
  }
  if (raised > 0) worker.changed();
  return raised;
}
