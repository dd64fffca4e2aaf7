import { readActiveBundle } from "#db/read/planning-facts.ts";
import { readConditionsMet } from "#db/store/retirements.ts";
import { raiseRetirement } from "#lib/facts/expiry/raise.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import type { Worker } from "../worker.ts";

const batch = 200;

/**
 * Asks for the retirement of every identity of which its charter says so now: unused beyond its days by sources that would have
 * told, repository archived, business service decommissioned, owner gone with nobody behind; how many. Nothing without a policy.
 */
export async function retireByCondition(worker: Worker): Promise<number> {
  const { db, installation } = worker;
  const bundle = await readActiveBundle(db);
  if (bundle === null) return 0;
  let raised = 0;
  const { acceptanceDays } = figuresOf(bundle);
  for (const { id, condition, reason } of await readConditionsMet(db, { graceDays: acceptanceDays, limit: batch })) {
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
