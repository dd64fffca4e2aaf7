import { canonical } from "#lib/digest/digest.ts";
import type { WorkerConfig } from "./config.ts";
import { type LoadedConfig, readConfig } from "./config-file.ts";
import type { FollowingPlaces } from "./places.ts";
import { publishConfig } from "./publish.ts";
import type { Worker } from "./worker.ts";

/** The configuration that this worker runs with; replaced as a whole. */
export interface InForce {
  loaded: LoadedConfig;
}

/** What a running worker cannot take over: its names, its keys, who signs in, and where checkpoints go. */
const onlyAtStart = [
  "installation",
  "publicUrl",
  "signIn",
  "keys",
  "anchor",
  "github",
  "lease",
] as const satisfies readonly (keyof WorkerConfig)[];

/**
 * Reads the file again: targets, vaults, gates, caps, blueprints and policy folder take effect; what needs a restart stays as it
 * was and is named in the log. A file that is wrong is refused with its sentences, and the old one stays in force.
 */
export async function reload(
  worker: Worker,
  of: { readonly inForce: InForce; readonly places: FollowingPlaces; readonly path: string },
): Promise<void> {
  const read = await readConfig(of.path);
  if ("refusals" in read) {
    worker.log.info("configuration-refused", { why: read.refusals.map(({ sentence }) => sentence) });
    return;
  }
  const { config: before } = of.inForce.loaded;
  const { digest, config: wanted } = read.ok;
  const restart = onlyAtStart.filter((key) => canonical(wanted[key]) !== canonical(before[key]));
  const { installation, publicUrl, signIn, keys, anchor, github, lease } = before;
  const config = { ...wanted, installation, publicUrl, signIn, keys, anchor, github, lease };
  const published = await publishConfig(worker.db, config, worker.newId);
  of.inForce.loaded = { config, digest };
  const places = of.places.follow(config);
  worker.log.info("configuration-reloaded", { published, places, restart });
  worker.changed();
}
