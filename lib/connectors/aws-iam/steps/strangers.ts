import type { Step } from "#lib/connectors/connector.ts";
import { strangersOf } from "#lib/domain/provisioning/strangers.ts";
import { recordedKeys } from "../credential.ts";
import { type Ground, readOurs, settle } from "../ground.ts";

/** Deletes the keys that the plan names as nobody's and no other; one that is recorded by now stays whatever the plan says. */
export const deleteStrangeKeys = (ground: Ground): Step => ({
  run: async (work) => {
    const { keys } = ground;
    const recorded = recordedKeys(work.facts) ?? [];
    const strange = strangersOf(work.plan).filter((id) => !recorded.includes(id));
    const seen = await readOurs(ground, work);
    const left = async (name: string) => (await keys.list(work.calls, name)).filter(({ id }) => strange.includes(id));
    if (seen !== null) {
      await work.checkpoint({ deleting: [...strange] });
      for (const { id, active } of await left(seen.name)) {
        if (active) await keys.setActive(work.calls, seen.name, { id, active: false });
        await keys.remove(work.calls, seen.name, id);
      }
      await settle(
        ground,
        "AWS still lists a key that nobody recorded.",
        async () => (await left(seen.name)).length === 0,
      );
    }
    return { facts: {}, evidence: `Read back: ${strange.join(", ")} is deleted.` };
  },
});
