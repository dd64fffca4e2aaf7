import { setTimeout as pause } from "node:timers/promises";
import type { Lane } from "./lane.ts";
import type { Found } from "./oracle.ts";
import type { Subject } from "./subject.ts";

export interface Consumer {
  /** What failed until now. */
  stop(): Promise<readonly Found[]>;
}

/** Fetches the vault's current secret and uses it at the target, several times a second, whatever befalls the worker. */
export function consume(lane: Lane, { world, seeded, storage }: Subject): Consumer {
  let isOver = false;
  const failures: string[] = [];
  const version = (): number =>
    storage === null ? 0 : (lane.worlds.vault.world().mounts[storage.mount]?.[storage.path]?.current ?? 0);
  const looking = (async () => {
    while (!isOver) {
      const before = version();
      const { secretWorks } = await world.look(seeded.plan.name, storage);
      // Another version came between reading and using: a consumer reads again.
      if (!secretWorks && version() === before) failures.push(`version ${before} in the vault did not work`);
      await pause(100);
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await looking;
      return [...new Set(failures)].map((sentence) => ({ wrong: "lost", sentence }));
    },
  };
}
