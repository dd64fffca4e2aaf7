import type { Step } from "#lib/connectors/connector.ts";
import { formerPlan } from "#lib/connectors/former.ts";
import { desiredOf } from "../desired.ts";
import { type Ground, readOurs, requireOurs } from "../ground.ts";
import { putPermissions } from "./empower.ts";

/**
 * Puts the new permissions in the place of the old in one call: at no time are both allowed. Putting is replacing, so it may
 * be repeated; taken back, the former ones stand again.
 */
export const change = (ground: Ground): Step => ({
  run: async (work) => {
    const { name } = await requireOurs(ground, work);
    await putPermissions(ground, work, { name, document: desiredOf(work.plan).permissions });
    return { facts: {}, evidence: "Read back: the permissions are exactly those of the plan." };
  },
  undo: async (work) => {
    const seen = await readOurs(ground, work);
    if (seen === null) return;
    await putPermissions(ground, work, { name: seen.name, document: desiredOf(formerPlan(work.plan)).permissions });
  },
});
