import type { Step } from "#lib/connectors/connector.ts";
import { type Ground, mayAppear, notYet, readOurs, settle } from "../ground.ts";

/** Deletes a user's access keys, after the hold. */
export const revokeKeys = (ground: Ground): Step => ({
  run: async (work) => {
    const { keys } = ground;
    const seen = await readOurs(ground, work);
    if (seen === null) return gone(ground, work.intent.markedAt);
    const listed = await keys.list(work.calls, seen.name);
    for (const { id, active } of listed) {
      if (active) await keys.setActive(work.calls, seen.name, { id, active: false });
      await keys.remove(work.calls, seen.name, id);
    }
    await settle(
      ground,
      "AWS still lists an access key.",
      async () => (await keys.list(work.calls, seen.name)).length === 0,
    );
    const count = listed.length === 1 ? "1 access key" : `${listed.length} access keys`;
    return {
      facts: {},
      evidence: `Deleted ${count}; AWS lists none.`,
      objects: listed.map(({ id }) => ({ kind: "access-key", name: id, externalId: id, state: "removed" as const })),
    };
  },
});

/** Removes the object in AWS's own order and reads that it is gone. */
export const remove = (ground: Ground): Step => ({
  run: async (work) => {
    const { holder } = ground;
    const { name } = work.intent;
    const seen = await readOurs(ground, work);
    if (seen === null && work.facts.removing !== true) return gone(ground, work.intent.markedAt);
    await work.checkpoint({ removing: true });
    if (seen !== null) await holder.remove(work.calls, name);
    await settle(
      ground,
      `AWS still shows the ${holder.noun}.`,
      async () => (await holder.read(work.calls, name)) === null,
    );
    const externalId = seen?.arn ?? (typeof work.facts.arn === "string" ? work.facts.arn : name);
    return {
      facts: {},
      evidence: `Removed; AWS knows no ${holder.noun} of this name.`,
      objects: [{ kind: holder.noun, name, externalId, state: "removed" }],
    };
  },
});

function gone(ground: Ground, markedAt: string) {
  const { noun } = ground.holder;
  if (mayAppear(ground, markedAt)) throw notYet(`AWS does not show the ${noun} yet.`);
  return { facts: {}, evidence: `The ${noun} no longer exists at AWS.` };
}
