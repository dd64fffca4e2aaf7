import { setTimeout as pause } from "node:timers/promises";
import { targetMinutes } from "#lib/domain/reconciliation.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { retry } from "#lib/facts/steps/retry.ts";
import { passQuestions, planQuestions } from "./attestations.ts";
import { passDeadlines } from "./deadlines.ts";
import { createInbox } from "./inbox.ts";
import { openAnchor } from "./open-anchor.ts";
import { runOutbox } from "./outbox.ts";
import { releaseApproved } from "./release.ts";
import { createSaga } from "./saga.ts";
import { type Patience, type Sweep, startSchedule } from "./schedule.ts";
import { runSealer } from "./sealer.ts";
import { signInKeys } from "./sign-in-keys.ts";
import type { Standing } from "./standing.ts";
import { watchAccess } from "./sweeps/access-use.ts";
import { checkPlace, checkPlaces } from "./sweeps/check-places.ts";
import { retireByCondition } from "./sweeps/conditions.ts";
import { keepDebt } from "./sweeps/debt.ts";
import { findFindings } from "./sweeps/findings.ts";
import { watchUse } from "./sweeps/last-use.ts";
import { reconcile } from "./sweeps/reconcile.ts";
import { readGithub } from "./sweeps/repositories.ts";
import { forgetTold, tellEndings } from "./sweeps/tell.ts";
import { watchReads } from "./sweeps/vault-reads.ts";
import type { Worker } from "./worker.ts";

export interface Loops {
  /** Look now: the web says that something was claimed. */
  wake(): void;
  /** Runs every sweep that looks at identities now, one after the other, as their times would. */
  sweep(): Promise<void>;
  /** Settles once every loop has ended after the signal. */
  readonly ended: Promise<void>;
}

/** How long a worker that is told to stop lets its first look at targets and vaults come to its end. */
const lookGraceMs = 5_000;

/** Everything a worker does, side by side: claims and deadlines, the saga, the sealer, sweeps. */
export async function startLoops(
  worker: Worker,
  of: {
    readonly url: string;
    readonly signal: AbortSignal;
    readonly standing: Standing;
    readonly answered: Patience;
  },
): Promise<Loops> {
  const { db, id, newId, places, log, changed } = worker;
  const { signal, standing } = of;
  const halted = () => standing.halted !== null;
  const report = (error: unknown) => log.fault("saga", error);
  const { seconds, callTimeoutSeconds } = worker.config.lease;
  const times = { leaseMs: seconds * 1_000, callTimeoutMs: callTimeoutSeconds * 1_000 };
  const saga = createSaga({ db, worker: id, newId, ...places, times, changed, report, halted });
  const sweeps = sweepsOf(worker).map(unless(halted));
  const stopSchedule = await startSchedule(of.url, sweeps, { log, answered: of.answered });
  const alarm = createAlarm();
  const sealer = { db, key: worker.checkpointKey, anchor: openAnchor(worker) };
  const running = [
    runRounds(worker, { signal, alarm, wakeSaga: saga.wake, halted }),
    saga.run(signal),
    runOutbox(worker, { signal, halted }),
    runSealer(sealer, { signal, standing, report: (fault) => log.fault("sealer", fault) }),
  ];
  const firstLook = checkPlaces(worker).catch((error) => log.fault("check-places", error));
  const sweep = async () => {
    for (const { run } of inOrder(sweeps)) await run();
  };
  const wake = () => {
    alarm.ring();
    saga.wake();
  };
  const looked = () => Promise.race([firstLook, pause(lookGraceMs, undefined, { ref: false })]);
  return { wake, sweep, ended: Promise.all(running).then(looked).then(stopSchedule) };
}

/** A sweep that does nothing while the worker may not act. */
const unless =
  (halted: () => boolean) =>
  ({ run, ...sweep }: Sweep): Sweep => ({ ...sweep, run: async () => (halted() ? undefined : run()) });

/** What looks at identities, each after what it builds on: a finding needs the use and the differences that were seen. */
const inOrder = (sweeps: readonly Sweep[]): readonly Sweep[] =>
  ["last-use", "reconcile", "conditions", "attestations", "findings", "debt"].flatMap((wanted) =>
    sweeps.filter(({ name }) => name === wanted),
  );

const sweepsOf = (worker: Worker): readonly Sweep[] => [
  { name: "access-use", cron: "7,22,37,52 * * * *", run: () => watchAccess(worker) },
  { name: "attestations", cron: "*/5 * * * *", run: async () => void (await planQuestions(worker)) },
  { name: "check-places", cron: "17 4 * * *", run: () => checkPlaces(worker) },
  { name: "conditions", cron: "*/5 * * * *", run: async () => void (await retireByCondition(worker)) },
  { name: "debt", cron: "* * * * *", run: async () => void (await keepDebt(worker)) },
  { name: "findings", cron: "* * * * *", run: async () => void (await findFindings(worker)) },
  { name: "forget-told", cron: "37 3 * * *", run: async () => void (await forgetTold(worker)) },
  { name: "last-use", cron: "*/15 * * * *", run: () => watchUse(worker) },
  { name: "repositories", cron: "41 * * * *", run: async () => void (await readGithub(worker)) },
  { name: "reconcile", cron: `*/${targetMinutes} * * * *`, run: () => reconcile(worker) },
  { name: "vault-reads", cron: "*/15 * * * *", run: () => watchReads(worker) },
  { name: "tell-endings", cron: "*/10 * * * *", run: async () => void (await tellEndings(worker)) },
];

interface Alarm {
  ring(): void;
  /** Waits until it rings, the time is over or the signal comes. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

function createAlarm(): Alarm {
  let rung = false;
  let waiting = new AbortController();
  return {
    ring: () => {
      rung = true;
      waiting.abort();
    },
    wait: async (ms, signal) => {
      if (!rung)
        await pause(ms, undefined, { signal: AbortSignal.any([signal, waiting.signal]) }).catch(() => undefined);
      rung = false;
      waiting = new AbortController();
    },
  };
}

interface Rounds {
  readonly signal: AbortSignal;
  readonly alarm: Alarm;
  wakeSaga(): void;
  halted(): boolean;
}

/** Claims, then what time alone does, then releases; at every hint, and each second with jitter without one. */
async function runRounds(worker: Worker, { signal, alarm, wakeSaga, halted }: Rounds): Promise<void> {
  const inbox = createInbox({
    ...worker,
    keys: signInKeys(worker.config.signIn.issuer),
    granted: (ask) => grant(worker, ask),
  });
  while (!signal.aborted) {
    if (halted()) {
      await pause(200, undefined, { signal }).catch(() => undefined);
      continue;
    }
    try {
      await inbox.drain();
      if ((await passDeadlines(worker)) > 0) await inbox.drain();
      await passQuestions(worker);
      if ((await releaseApproved(worker)) > 0) wakeSaga();
    } catch (error) {
      worker.log.fault("round", error);
      await pause(1_000, undefined, { signal }).catch(() => undefined);
    }
    await alarm.wait(500 + 1_000 * Math.random(), signal);
  }
}

/** What people asked for and were granted: another try of a step, a look at a target. */
async function grant(
  worker: Worker,
  { kind, subject }: { readonly kind: "retry" | "check"; readonly subject: string },
): Promise<void> {
  if (kind === "check") {
    void checkPlace(worker, subject).catch((error) => worker.log.fault("check-place", error));
    return;
  }
  const { db, newId } = worker;
  await runFact({ db, newId, actor: system, subject: { noun: "step", id: subject } }, retry, { step: subject });
}
