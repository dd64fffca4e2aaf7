import { databaseClock } from "#db/store/audit.ts";
import { readEnded } from "#db/store/identities.ts";
import { readOverdue } from "#db/store/requests.ts";
import { raiseRetirement } from "#lib/facts/expiry/raise.ts";
import { expire } from "#lib/facts/requests/expire.ts";
import { runFact, system } from "#lib/facts/run.ts";
import type { Worker } from "./worker.ts";

const batch = 200;

/**
 * What time alone does, by the database's business clock: requests that nobody decided or accepted expire, and identities
 * whose end has passed get their retirement asked for. The number of things that moved.
 */
export async function passDeadlines(worker: Worker): Promise<number> {
  const { db } = worker;
  const now = await databaseClock(db);
  let moved = 0;
  for (const { request } of await readOverdue(db, now, batch)) {
    moved += await tried(worker, "deadline", () => expireRequest(worker, request));
  }
  for (const { id } of await readEnded(db, now, batch)) {
    const ask = { identity: id, installation: worker.installation, condition: null };
    moved += await tried(worker, "expiry", () => raiseRetirement(db, ask));
  }
  if (moved > 0) worker.changed();
  return moved;
}

async function expireRequest({ db, newId }: Worker, request: string): Promise<boolean> {
  const context = { db, newId, actor: system, subject: { noun: "request-state", id: request } } as const;
  return "ok" in (await runFact(context, expire, { request }));
}

/** One that fails must not keep the others waiting. */
async function tried(worker: Worker, event: string, act: () => Promise<boolean>): Promise<number> {
  try {
    return (await act()) ? 1 : 0;
  } catch (error) {
    worker.log.fault(event, error);
    return 0;
  }
}
