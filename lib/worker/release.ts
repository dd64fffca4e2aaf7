import { databaseClock } from "#db/store/audit.ts";
import { readApproved } from "#db/store/requests.ts";
import { flowOf } from "#lib/connectors/flow.ts";
import { release } from "#lib/facts/requests/release.ts";
import type { Release } from "#lib/facts/requests/releasing.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { makeMark } from "./marks.ts";
import type { Worker } from "./worker.ts";

const batch = 20;

/** Releases every approved request whose time has come; the number that was released and now waits for the saga. */
export async function releaseApproved(worker: Worker): Promise<number> {
  const due = await readApproved(worker.db, await databaseClock(worker.db), batch);
  let released = 0;
  for (const { request } of due) {
    try {
      if (await releaseOne(worker, request)) released += 1;
    } catch (error) {
      worker.log.fault("release", error);
    }
  }
  return released;
}

async function releaseOne(worker: Worker, request: string): Promise<boolean> {
  const { db, newId } = worker;
  const context = { db, newId, actor: system, subject: { noun: "request-state", id: request } } as const;
  const outcome = await runFact(context, release, releaseOf(worker, request));
  worker.changed();
  return "ok" in outcome && outcome.ok === "released";
}

/** What only this worker has: its own names, mark key, connectors and caps. */
function releaseOf({ config, markKeys, installation }: Worker, request: string): Release {
  return {
    request,
    installation,
    mark: (of) => makeMark(markKeys, { ...of, installation: config.installation }),
    flow: flowOf,
    caps: (target) =>
      config.targets.find(({ name }) => name === target)?.caps ?? { mintsPerHour: 0, disablesPerHour: 0 },
  };
}
