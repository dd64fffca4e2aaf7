import type { Db } from "#db/client.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import type { WorkerConfig } from "./config.ts";
import type { WorkerKeys } from "./keys.ts";
import type { Log } from "./log.ts";
import type { MarkKey } from "./marks.ts";
import type { Places } from "./places.ts";

/** What every loop of a worker process shares. Made once, in main; the only place that takes the time or makes ids. */
export interface Worker {
  readonly id: string;
  readonly db: Db;
  /** As in force now: a reload replaces it, so it is read where it is used. */
  readonly config: WorkerConfig;
  readonly installation: Installation;
  readonly markKeys: readonly MarkKey[];
  /** Signs audit checkpoints. */
  readonly checkpointKey: WorkerKeys["checkpoint"];
  readonly places: Places;
  readonly log: Log;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Something was committed: screens may look. */
  changed(): void;
}
