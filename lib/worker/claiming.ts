import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "#db/client.ts";
import { claimStep, findExpiredSent, type Lanes, type LeaseTimes, renewLease, type StepRow } from "#db/store/steps.ts";
import { type Command, runFact, system } from "#lib/facts/run.ts";
import { expire } from "#lib/facts/steps/expire.ts";
import { CommittedBefore, LostLease } from "#lib/facts/steps/lost-lease.ts";
import type { Owned } from "#lib/facts/steps/owned.ts";
import type { Lease } from "./calls.ts";

/** Lease 60 s, call timeout 20 s. */
export const usualTimes: LeaseTimes = { leaseMs: 60_000, callTimeoutMs: 20_000 };

export interface Claimed {
  readonly row: StepRow;
  readonly lease: Lease;
  readonly owned: Owned;
}

export interface Claiming {
  readonly worker: string;
  readonly times: LeaseTimes;
  readonly newId: () => string;
  /** Whether a step that a vanished worker had sent is first turned into an ambiguous one. */
  readonly looksBack: boolean;
  /** Both unless told otherwise. */
  readonly lanes?: Lanes;
}

/** Takes the next step there is. */
export async function claim(db: Db, of: Claiming): Promise<Claimed | null> {
  if (of.looksBack) await lookBack(db, of);
  const askedAt = performance.now();
  const row = await claimStep(db, of.worker, { ...of.times, lanes: of.lanes ?? "both" });
  if (row === null) return null;
  const owned = { step: row.id, fence: row.fence };
  return { row, owned, lease: leaseFrom(db, owned, { askedAt, leaseMs: of.times.leaseMs }) };
}

async function lookBack(db: Db, { times, newId }: Claiming): Promise<void> {
  for (let left = await findExpiredSent(db, times); left !== null; left = await findExpiredSent(db, times))
    await commit({ db, step: left.step, newId }, expire, left);
}

/** The lease counts from before it was asked for, so that it ends here no later than in the database. */
function leaseFrom(db: Db, owned: Owned, from: { readonly askedAt: number; readonly leaseMs: number }): Lease {
  let endsAt = from.askedAt + from.leaseMs;
  return {
    leftMs: () => endsAt - performance.now(),
    async renew() {
      const askedAt = performance.now();
      if (!(await renewLease(db, owned, from.leaseMs))) throw new LostLease();
      endsAt = askedAt + from.leaseMs;
    },
  };
}

/** Where a fenced fact is committed, and the step its refusal would be recorded under. */
export interface Committing {
  readonly db: Db;
  readonly step: string;
  readonly newId: () => string;
}

/**
 * Runs a fenced fact; when its answer is lost it is repeated with the same fence and facts, never assumed. Throws `LostLease`
 * when another worker owns the step, and the last database error after two minutes of trying.
 */
export async function commit<I>(on: Committing, fact: Command<I, null>, input: I): Promise<void> {
  const context = { db: on.db, actor: system, subject: { noun: "step", id: on.step }, newId: on.newId } as const;
  for (let tries = 0; ; tries += 1) {
    try {
      const outcome = await runFact(context, fact, input);
      if ("refusals" in outcome) throw new Error(outcome.refusals[0].sentence);
      return;
    } catch (error) {
      if (error instanceof CommittedBefore) return;
      if (!unanswered(error) || tries >= 60) throw error;
      await sleep(Math.min(2_000, 50 * 2 ** Math.min(tries, 6)));
    }
  }
}

const lostCodes =
  /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|08...|57P0[123]|40001|40P01)$/;

/** Whether the database gave no answer, or one after which the same transaction may simply be tried again. */
export function unanswered(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string" && lostCodes.test(at.code)) return true;
    // The driver of the schedule names no code where a connection is lost amid a query.
    if (/^Connection terminated/.test(at.message)) return true;
  }
  return false;
}
