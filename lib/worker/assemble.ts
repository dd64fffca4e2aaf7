import { randomUUID } from "node:crypto";
import type { Database } from "#db/client.ts";
import { notify } from "#db/notify.ts";
import { readSystemIdentifier } from "#db/store/configuration.ts";
import { openKeys } from "./keys.ts";
import type { Log } from "./log.ts";
import { type FollowingPlaces, openPlaces } from "./places.ts";
import type { InForce } from "./reload.ts";
import type { Worker } from "./worker.ts";

export interface Assembled {
  readonly worker: Worker;
  readonly places: FollowingPlaces;
}

/** What a worker's loops share, made from its configuration and the secrets that it names. */
export async function assemble(database: Database, inForce: InForce, to: Log): Promise<Assembled> {
  const { config } = inForce.loaded;
  const keys = await openKeys(config);
  const portalSystemIdentifier = await readSystemIdentifier(database.db);
  const places = openPlaces(config, { installation: config.installation, markKeys: keys.mark, portalSystemIdentifier });
  const worker: Worker = {
    id: randomUUID(),
    db: database.db,
    get config() {
      return inForce.loaded.config;
    },
    installation: { installation: config.installation, portal: config.publicUrl },
    markKeys: keys.mark,
    checkpointKey: keys.checkpoint,
    places,
    log: to,
    now: () => new Date(),
    newId: randomUUID,
    changed: () => notify(database.sql, "facts"),
  };
  return { worker, places };
}
