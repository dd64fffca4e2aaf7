import { Squatter, type Step, type StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { desiredOf } from "../desired.ts";
import { equal } from "../documents.ts";
import { differencesOf, type Ground, readOurs, requireOurs, settle } from "../ground.ts";
import type { Seen } from "../holder.ts";
import { permissionsName } from "../permissions.ts";

/** Attaches the permissions, the last thing that gives power. Putting is replacing, so it may be repeated. */
export const empower = (ground: Ground): Step => ({
  run: async (work) => {
    const { holder } = ground;
    const seen = await requireOurs(ground, work);
    if (work.plan.kind === "provision") await refuseForeign(ground, work, seen);
    await putPermissions(ground, work, { name: seen.name, document: desiredOf(work.plan).permissions });
    const live = work.plan.kind === "provision";
    return {
      facts: {},
      evidence: "Read back: the permissions are exactly those of the plan.",
      ...(live
        ? { objects: [{ kind: holder.noun, name: seen.name, externalId: seen.arn, state: "live" } as const] }
        : {}),
    };
  },
  undo: async (work) => {
    if ((await readOurs(ground, work)) !== null)
      await ground.holder.deletePolicy(work.calls, work.intent.name, permissionsName);
  },
});

/** Puts the permissions in the place of what is there, in one call, and reads them back. */
export async function putPermissions(
  ground: Ground,
  { calls }: Pick<StepWork, "calls">,
  { name, document }: { readonly name: string; readonly document: JsonObject },
): Promise<void> {
  const { holder } = ground;
  await holder.putPolicy(calls, name, { name: permissionsName, document });
  await settle(ground, "AWS does not show the permissions yet.", async () => {
    const held = await holder.policy(calls, name, permissionsName);
    return held !== null && equal(held, document);
  });
}

/** Nothing is empowered that someone has changed meanwhile, and no user that holds other than its one recorded key. */
async function refuseForeign(ground: Ground, work: StepWork, seen: Seen): Promise<void> {
  const compared = { held: ground.holder, seen, desired: desiredOf(work.plan), empowered: false };
  const differences = await differencesOf(compared, work.calls);
  if (differences.length > 0) throw new Squatter(seen.arn, differences.join("; "));
  if (ground.holder.noun !== "user") return;
  const keys = await ground.keys.list(work.calls, seen.name);
  if (keys.length !== 1 || !keys.every(({ active }) => active))
    throw new TargetFault("conflict", "KeysDiffer", "The user does not hold exactly one active access key.");
}

/** Reads everything back and compares it with the plan. */
export const verify = (ground: Ground): Step => ({
  run: async (work) => {
    const desired = desiredOf(work.plan);
    const enabled = work.plan.change.staysSuspended !== true;
    let differences: readonly string[] = [];
    const fine = async () => {
      const seen = await requireOurs(ground, work);
      differences = await differencesOf({ held: ground.holder, seen, desired, empowered: true, enabled }, work.calls);
      return differences.length === 0;
    };
    try {
      await settle(ground, "", fine);
    } catch (error) {
      if (differences.length === 0) throw error;
      throw new TargetFault("unavailable", "NotAsPlanned", `It differs from the plan: ${differences.join("; ")}.`);
    }
    const parts =
      desired.trust === null ? "path, ceiling, tags and permissions" : "trust, path, ceiling, tags and permissions";
    return { facts: {}, evidence: `Read back: ${parts} as planned.` };
  },
});

/** Writes the plan's describing tags; the mark stays. */
export const retag = (ground: Ground): Step => ({
  run: async (work) => {
    const seen = await requireOurs(ground, work);
    const { tags } = desiredOf(work.plan);
    await ground.holder.tag(work.calls, seen.name, tags);
    await settle(ground, "AWS does not show the new tags yet.", async () => {
      const now = await requireOurs(ground, work);
      return Object.entries(tags).every(([key, value]) => now.tags[key] === value);
    });
    return { facts: {}, evidence: "Read back: the tags say it." };
  },
});
