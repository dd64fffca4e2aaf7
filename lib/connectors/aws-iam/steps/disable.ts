import type { Step } from "#lib/connectors/connector.ts";
import type { Calls } from "#lib/domain/target.ts";
import { recordedKeys } from "../credential.ts";
import { type Desired, desiredOf } from "../desired.ts";
import { type Ground, isDisabled, mayAppear, notYet, readOurs, requireOurs, settle } from "../ground.ts";
import { denyAll, disabledName } from "../permissions.ts";

/** Closes every way in and stops the sessions that exist; read back. */
async function shut(ground: Ground, calls: Calls, name: string): Promise<void> {
  const { holder } = ground;
  await holder.close(calls, name);
  await holder.putPolicy(calls, name, { name: disabledName, document: denyAll });
  await settle(ground, "AWS does not show yet that it is disabled.", async () => {
    const seen = await holder.read(calls, name);
    return seen !== null && (await isDisabled(ground.holder, calls, seen));
  });
}

/** Undoes `shut`; read back. */
async function reopen(
  ground: Ground,
  calls: Calls,
  of: { readonly name: string; readonly desired: Desired; readonly keys: readonly string[] | null },
): Promise<void> {
  const { holder } = ground;
  await holder.open(calls, of.name, of);
  await holder.deletePolicy(calls, of.name, disabledName);
  await settle(ground, "AWS does not show yet that it is enabled.", async () => {
    const seen = await holder.read(calls, of.name);
    if (seen === null || !(await holder.isOpen(calls, seen, of.desired))) return false;
    return (await holder.policy(calls, of.name, disabledName)) === null;
  });
}

/** Disables the object while it has no power, reads that back, and enables it again: nothing is empowered that could not be stopped. */
export const prove = (ground: Ground): Step => ({
  run: async (work) => {
    const { name } = await requireOurs(ground, work);
    if (work.facts.disableProven !== true) {
      await shut(ground, work.calls, name);
      await work.checkpoint({ disableProven: true });
    }
    await reopen(ground, work.calls, { name, desired: desiredOf(work.plan), keys: null });
    return {
      facts: { disableProven: true },
      evidence: `Disabled and enabled again without power; both read back from AWS.`,
    };
  },
});

/** Disables for good until `enable`. An object that is gone needs no disabling. */
export const disable = (ground: Ground): Step => ({
  run: async (work) => {
    const { noun } = ground.holder;
    const seen = await readOurs(ground, work);
    if (seen === null) {
      if (mayAppear(ground, work.intent.markedAt)) throw notYet(`AWS does not show the ${noun} yet.`);
      return { facts: {}, evidence: `The ${noun} no longer exists at AWS.` };
    }
    await shut(ground, work.calls, seen.name);
    const closed = noun === "role" ? "its trust admits nobody" : "its keys are inactive";
    return {
      facts: {},
      evidence: `Read back: ${closed}, and sessions that exist may do nothing.`,
      objects: [{ kind: noun, name: seen.name, externalId: seen.arn, state: "disabled" }],
    };
  },
});

/** Gives back what `disable` took; harmless on an object that is enabled. Sets a role's trust to the plan's, with its new end. */
export const enable = (ground: Ground): Step => ({
  run: async (work) => {
    const seen = await requireOurs(ground, work);
    await reopen(ground, work.calls, {
      name: seen.name,
      desired: desiredOf(work.plan),
      keys: recordedKeys(work.facts),
    });
    return {
      facts: {},
      evidence: "Read back: enabled.",
      objects: [{ kind: ground.holder.noun, name: seen.name, externalId: seen.arn, state: "live" }],
    };
  },
});
