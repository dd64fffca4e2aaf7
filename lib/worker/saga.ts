import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "#db/client.ts";
import { readIntent } from "#db/store/intents.ts";
import { hasStep, type IntentRow } from "#db/store/steps.ts";
import { flowOf } from "#lib/connectors/flow.ts";
import { fail } from "#lib/facts/steps/fail.ts";
import { finish } from "#lib/facts/steps/finish.ts";
import { LostLease } from "#lib/facts/steps/owned.ts";
import { putOff } from "#lib/facts/steps/put-off.ts";
import { send } from "#lib/facts/steps/send.ts";
import { undone } from "#lib/facts/steps/undone.ts";
import { type Claimed, claim, commit, usualTimes } from "./claiming.ts";
import { crashPoint, placeOf } from "./crash.ts";
import { pauseMs, type Reaction, reactionTo, stuckAfter } from "./retrying.ts";
import { runStep, type SagaOptions, undoStep } from "./running.ts";

export interface Saga {
  /** Takes and runs one step; false when there was none to take. */
  runOne(): Promise<boolean>;
  /** Runs until the signal: `runners` steps side by side, polling each second with jitter. */
  run(signal: AbortSignal, runners?: number): Promise<void>;
  /** Look now: a hint was heard. */
  wake(): void;
}

/** Drives every intent's steps, one claim at a time. Several workers may do so side by side. */
export function createSaga(options: SagaOptions): Saga {
  const wakers = new Set<() => void>();
  const wake = () => {
    for (const waker of [...wakers]) waker();
  };
  const runOne = async () => {
    if (options.halted?.()) return false;
    const claimed = await claim(options.db, {
      worker: options.worker,
      times: options.times ?? usualTimes,
      newId: options.newId,
    });
    if (claimed === null) return false;
    await runClaimed(options, claimed);
    options.changed?.();
    return true;
  };
  const loop = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const worked = await runOne().catch((error: unknown) => {
        options.report?.(error);
        return false;
      });
      if (!worked) await idle(signal, { wakers, ms: 500 + 1_000 * (options.random ?? Math.random)() });
    }
  };
  return {
    runOne,
    wake,
    run: async (signal, runners = 4) => {
      await Promise.all(Array.from({ length: runners }, () => loop(signal)));
    },
  };
}

async function idle(signal: AbortSignal, of: { readonly wakers: Set<() => void>; readonly ms: number }): Promise<void> {
  const until = new AbortController();
  const waker = () => until.abort();
  of.wakers.add(waker);
  await sleep(of.ms, undefined, { signal: AbortSignal.any([signal, until.signal]) }).catch(() => undefined);
  of.wakers.delete(waker);
}

/** Commits `sent`, runs or takes back the step, commits what came of it. Ends silently when the step is another worker's. */
async function runClaimed(options: SagaOptions, claimed: Claimed): Promise<void> {
  const { db, newId } = options;
  const intent = await readIntent(db, claimed.row.intent);
  if (intent === null) throw new Error(`The intent ${claimed.row.intent} is not recorded.`);
  const on = { db, step: claimed.row.id, newId };
  const at = { step: placeOf(claimed.row) };
  try {
    crashPoint(at, "C0");
    await commit(on, send, claimed.owned);
    if (claimed.row.undoing) {
      await undoStep(options, { claimed, intent });
      crashPoint(at, "C3");
      await commit(on, undone, claimed.owned);
    } else {
      const { done, stored } = await runStep(options, { claimed, intent });
      crashPoint(at, "C3");
      const { facts, evidence, objects = [], ended = [] } = done;
      await commit(on, finish, {
        ...claimed.owned,
        facts,
        evidence,
        objects,
        ended,
        stored,
        thenHolds: holdsAfter(options, intent, claimed),
      });
    }
    crashPoint(at, "C4");
  } catch (error) {
    if (error instanceof LostLease) return;
    await react(options, { claimed, intent, error }).catch((lost: unknown) => {
      if (!(lost instanceof LostLease)) throw lost;
    });
  }
}

/** Whether the step after this one waits for the end of a hold that begins now. */
function holdsAfter(options: SagaOptions, intent: IntentRow, { row }: Claimed): boolean {
  const flow = options.flow?.(intent) ?? flowOf(intent.plan);
  const place = flow.findIndex(({ name }) => name === row.name);
  return place >= 0 && flow[place]?.afterHold === undefined && flow[place + 1]?.afterHold === true;
}

interface Met {
  readonly claimed: Claimed;
  readonly intent: IntentRow;
  readonly error: unknown;
}

async function react(options: SagaOptions, met: Met): Promise<void> {
  const { db, newId } = options;
  const { claimed, intent, error } = met;
  const on = { db, step: claimed.row.id, newId };
  const reaction = reactionTo(error, { powerless: await isPowerless(db, met), object: intent.plan.name });
  if (reaction.do === "fail") {
    const { fault, sentence, squatter } = reaction;
    return commit(on, fail, { ...claimed.owned, fault, sentence, squatter });
  }
  if (reaction.do === "wait") {
    const waits = { state: "ready", dueInMs: reaction.forMs, fault: null, stuck: false, finding: null } as const;
    return commit(on, putOff, { ...claimed.owned, ...waits });
  }
  if (!reaction.named) options.report?.(error);
  return commit(on, putOff, { ...claimed.owned, ...again(options, claimed, reaction) });
}

/** Only what has never had power may be taken back. */
async function isPowerless(db: Db, { claimed, intent }: Met): Promise<boolean> {
  if (intent.kind !== "provision" || claimed.row.undoing) return false;
  return !(await hasStep(db, intent.id, { kinds: ["empower"], states: ["done"] }));
}

function again(options: SagaOptions, { row }: Claimed, reaction: Extract<Reaction, { do: "again" }>) {
  const random = (options.random ?? Math.random)();
  return {
    state: reaction.ambiguous ? ("ambiguous" as const) : ("ready" as const),
    dueInMs: pauseMs(row.attempts, { random, atLeastMs: reaction.atLeastMs }),
    fault: reaction.fault,
    stuck: reaction.stuckNow || row.attempts + 1 >= stuckAfter,
    finding: reaction.finding,
  };
}
