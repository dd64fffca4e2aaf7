import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "#db/client.ts";
import { readIntent } from "#db/store/intents.ts";
import { hasStep, type IntentRow, type Lanes, someStepWaits } from "#db/store/steps.ts";
import { flowOf } from "#lib/connectors/flow.ts";
import { fail } from "#lib/facts/steps/fail.ts";
import { finish } from "#lib/facts/steps/finish.ts";
import { LostLease } from "#lib/facts/steps/lost-lease.ts";
import { putOff } from "#lib/facts/steps/put-off.ts";
import { send } from "#lib/facts/steps/send.ts";
import { undone } from "#lib/facts/steps/undone.ts";
import { type Claimed, claim, commit, usualTimes } from "./claiming.ts";
import { crashPoint, placeOf } from "./crash.ts";
import { createDebits } from "./debits.ts";
import { pauseMs, type Reaction, reactionTo, stuckAfter } from "./retrying.ts";
import { runStep, type SagaOptions, type SagaTools, undoStep } from "./running.ts";

export interface Saga {
  /** Takes and runs one step; false when there was none to take. */
  runOne(): Promise<boolean>;
  /**
   * Runs until the signal: takes one step after the other, up to `runners` of them side by side, and looks again each second with
   * jitter. More than one target's gate lets run, so that a target that answers slowly holds up no other.
   */
  run(signal: AbortSignal, runners?: number): Promise<void>;
  /** Look now: a hint was heard. */
  wake(): void;
}

/** Eight, and the place that is kept for what disables and removes. */
const usualRunners = 9;
/** How often it is looked for what a vanished worker had sent, ms: such a step waits for a lease and a call's timeout anyway. */
const lookBackMs = 1_000;
/** Until the next look where one place alone is free, or the database does not answer, ms. */
const restMs = 1_000;

/** Drives every intent's steps, one claim at a time. Several workers may do so side by side. */
export function createSaga(given: SagaOptions): Saga {
  const options = { ...given, debit: createDebits(given.db) };
  const claiming = { worker: options.worker, times: options.times ?? usualTimes, newId: options.newId };
  const bell = createBell();
  const one: Taking = {
    take: async (how) => (options.halted?.() ? null : claim(options.db, { ...claiming, ...how })),
    run: async (claimed) => {
      await runClaimed(options, claimed);
      options.changed?.();
    },
    report: (error) => {
      options.report?.(error);
    },
    pauseMs: async () => {
      const random = (options.random ?? Math.random)();
      const missed = !options.halted?.() && (await someStepWaits(options.db, claiming.times));
      return missed ? 20 + 30 * random : 500 + 1_000 * random;
    },
  };
  return {
    run: (signal, runners = usualRunners) => runOn(one, { bell, signal, runners }),
    wake: bell.ring,
    runOne: async () => {
      const claimed = await one.take({ looksBack: true });
      if (claimed === null) return false;
      await one.run(claimed);
      return true;
    },
  };
}

interface Taking {
  take(how: { readonly looksBack: boolean; readonly lanes?: Lanes }): Promise<Claimed | null>;
  run(claimed: Claimed): Promise<void>;
  report(error: unknown): void;
  /** How long to wait for a ring when nothing could be taken. */
  pauseMs(): Promise<number>;
}

async function runOn(
  one: Taking,
  of: { readonly bell: Bell; readonly signal: AbortSignal; readonly runners: number },
): Promise<void> {
  const { bell, signal, runners } = of;
  const under = new Set<Promise<void>>();
  let lookedBackAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    bell.silence();
    const looksBack = performance.now() - lookedBackAt >= lookBackMs;
    if (looksBack) lookedBackAt = performance.now();
    // The last place is kept for what disables and removes: it never waits behind provisioning.
    const lanes = under.size < runners - 1 ? "both" : "first";
    const claimed = await one.take({ looksBack, lanes }).catch((error: unknown) => {
      one.report(error);
      return null;
    });
    if (claimed === null) {
      await bell.heard(signal, lanes === "first" ? restMs : await one.pauseMs().catch(() => restMs));
      continue;
    }
    const running = one
      .run(claimed)
      .catch(one.report)
      .then(() => {
        under.delete(running);
        bell.ring();
      });
    under.add(running);
    if (under.size >= runners) await Promise.race(under);
  }
  await Promise.all(under);
}

type Bell = ReturnType<typeof createBell>;

/** What wakes whoever found nothing to do; a ring while they still looked is not missed. */
function createBell() {
  let rung = new AbortController();
  return {
    ring: () => rung.abort(),
    silence: () => {
      rung = new AbortController();
    },
    heard: (signal: AbortSignal, ms: number) =>
      sleep(ms, undefined, { signal: AbortSignal.any([signal, rung.signal]) }).catch(() => undefined),
  };
}

/** Commits `sent`, runs or takes back the step, commits what came of it. Ends silently when the step is another worker's. */
async function runClaimed(options: SagaTools, claimed: Claimed): Promise<void> {
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

async function react(options: SagaTools, met: Met): Promise<void> {
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

function again(options: SagaTools, { row }: Claimed, reaction: Extract<Reaction, { do: "again" }>) {
  const random = (options.random ?? Math.random)();
  return {
    state: reaction.ambiguous ? ("ambiguous" as const) : ("ready" as const),
    dueInMs: pauseMs(row.attempts, { random, atLeastMs: reaction.atLeastMs }),
    fault: reaction.fault,
    stuck: reaction.stuckNow || row.attempts + 1 >= stuckAfter,
    finding: reaction.finding,
  };
}
