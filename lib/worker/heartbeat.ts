import { setTimeout as pause } from "node:timers/promises";
import { beat } from "#db/store/configuration.ts";
import { firstBundle } from "./first-bundle.ts";
import type { InForce } from "./reload.ts";
import type { Standing } from "./standing.ts";
import type { Worker } from "./worker.ts";

const everyMs = 5_000;

/**
 * Says every five seconds, and at once when it begins or ceases to be halted, that this worker lives, what it runs with and what is
 * wrong, until the signal. While no policy is active it tries again: the people it names may have been imported meanwhile.
 */
export async function runHeart(
  worker: Worker,
  of: { readonly inForce: InForce; readonly problems: readonly string[]; readonly standing: Standing },
  signal: AbortSignal,
): Promise<void> {
  const { installation, publicUrl: portal, signIn } = worker.config;
  let { problems } = of;
  while (!signal.aborted) {
    const moved = of.standing.moved();
    try {
      if (problems.length > 0) problems = await firstBundle(worker);
      const told = {
        ...{ installation, portal, issuer: signIn.issuer, mail: worker.config.mail !== null },
        ...{ problems, halted: of.standing.halted },
      };
      await beat(worker.db, { id: worker.id, configDigest: of.inForce.loaded.digest, public: told });
    } catch (error) {
      worker.log.fault("heartbeat", error);
    }
    await Promise.race([moved, pause(everyMs, undefined, { signal }).catch(() => undefined)]);
  }
}
