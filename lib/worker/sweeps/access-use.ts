import { type DueAccess, keepAccess, readDueAccess } from "#db/store/access-uses.ts";
import { databaseClock } from "#db/store/audit.ts";
import type { AccessUse } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Worker } from "../worker.ts";
import { sweepCalls } from "./check-places.ts";
import { eachTarget } from "./each-target.ts";

/** So many identities of a target a round: what waits is asked for in the next, who waited longest first. */
const mostInARound = 50;

/** Asks every target that tells which permissions were used for those of its live identities that are due, and keeps the answers. */
export async function watchAccess(worker: Worker): Promise<void> {
  await eachTarget(worker, "access-use", (name) => watchTarget(worker, name));
}

async function watchTarget(worker: Worker, name: string): Promise<void> {
  const { accessUse } = await worker.places.target(name);
  if (accessUse === undefined) return;
  const now = await databaseClock(worker.db);
  const before = new Date(now.getTime() - accessUse.everyMinutes * 60_000);
  const due = await readDueAccess(worker.db, { target: name, before, limit: mostInARound });
  const calls = sweepCalls(worker, name);
  for (const one of due) await watchOne(worker, { one, accessUse, calls });
}

interface Watched {
  readonly one: DueAccess;
  readonly accessUse: AccessUse;
  readonly calls: Calls;
}

/** What fails for one identity is nothing told of it. A target that is not there, or has enough, ends the round. */
async function watchOne(worker: Worker, { one, accessUse, calls }: Watched): Promise<void> {
  const at = await databaseClock(worker.db);
  try {
    const told = await tellOf({ one, accessUse, calls });
    const kept = told === null ? null : { ...told, seesSince: told.seesSince.toISOString() };
    await keepAccess(worker.db, { identity: one.id, at, told: kept });
  } catch (error) {
    if (!(error instanceof TargetFault)) throw error;
    if (error.kind === "throttled") throw error;
    await keepAccess(worker.db, { identity: one.id, at, told: null });
    if (error.kind === "unavailable" || error.kind === "ambiguous") throw error;
  }
}

/** The first of its objects that the target tells of. */
async function tellOf({ one: { id, name, objects }, accessUse, calls }: Watched) {
  for (const { externalId, changedAt } of objects) {
    const subject = { identity: id, name, kind: "object", externalId, since: new Date(changedAt) } as const;
    const told = await accessUse.tell(subject, calls);
    if (told !== null) return told;
  }
  return null;
}
