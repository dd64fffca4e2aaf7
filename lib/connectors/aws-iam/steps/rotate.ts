import type { EndedCredential, Step } from "#lib/connectors/connector.ts";
import { replacedBy } from "#lib/domain/provisioning/rotation.ts";
import { type Ground, readOurs, settle } from "../ground.ts";

const ended = (ids: readonly string[], state: EndedCredential["state"]): readonly EndedCredential[] =>
  ids.map((externalId) => ({ externalId, state }));

const said = (ids: readonly string[], word: string): string => `Read back: ${ids.join(", ")} is ${word}.`;

/** Makes the replaced key inactive once the overlap has passed, and no other. One that is gone needs no disabling. */
export const disableOldKey = (ground: Ground): Step => ({
  run: async (work) => {
    const old = replacedBy(work.plan);
    const { keys } = ground;
    const seen = await readOurs(ground, work);
    const active = async (name: string) =>
      (await keys.list(work.calls, name)).filter(({ id, active: on }) => on && old.includes(id));
    if (seen !== null) {
      for (const { id } of await active(seen.name)) await keys.setActive(work.calls, seen.name, { id, active: false });
      await settle(
        ground,
        "AWS does not show yet that the older key is inactive.",
        async () => (await active(seen.name)).length === 0,
      );
    }
    return { facts: {}, evidence: said(old, "inactive"), ended: ended(old, "disabled") };
  },
});

/** Deletes the replaced key, and no other. */
export const deleteOldKey = (ground: Ground): Step => ({
  run: async (work) => {
    const old = replacedBy(work.plan);
    const { keys } = ground;
    const seen = await readOurs(ground, work);
    const left = async (name: string) => (await keys.list(work.calls, name)).filter(({ id }) => old.includes(id));
    if (seen !== null) {
      for (const { id } of await left(seen.name)) await keys.remove(work.calls, seen.name, id);
      await settle(ground, "AWS still lists the older key.", async () => (await left(seen.name)).length === 0);
    }
    return { facts: { keys: [] }, evidence: said(old, "deleted"), ended: ended(old, "removed") };
  },
});
