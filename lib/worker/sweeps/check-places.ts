import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls, Check } from "#lib/domain/target.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { type Checked, keepChecks } from "#lib/facts/targets/keep-checks.ts";
import { createDebits } from "../debits.ts";
import type { Worker } from "../worker.ts";

const callTimeoutMs = 20_000;
const checkTimeoutMs = 120_000;

/**
 * Calls of a sweep: no lease to keep, but paid for at the gate and bounded in time like any other.
 */
export function sweepCalls({ db }: Pick<Worker, "db">, target: string): Calls {
  const debit = createDebits(db);
  return {
    async make(_name, call) {
      for (let tries = 0; !(await debit(target, 1)); tries += 1) {
        if (tries > 100) throw new TargetFault("throttled", "gate", `${target} has no calls to spare.`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return call({
        signal: AbortSignal.timeout(callTimeoutMs),
        timeoutMs: callTimeoutMs,
        aboutToSend: () => undefined,
      });
    },
  };
}

/** `sweepCalls` for each place that a sweep comes to, the same for the same place. */
export function sweepCallsAt(worker: Pick<Worker, "db">): (place: string) => Calls {
  const made = new Map<string, Calls>();
  return (place) => {
    const calls = made.get(place) ?? sweepCalls(worker, place);
    made.set(place, calls);
    return calls;
  };
}

/** Checks every configured target and vault: reachable, and exactly which rights are missing. */
export async function checkPlaces(worker: Worker): Promise<void> {
  const { targets, vaults } = worker.config;
  await Promise.all([...targets, ...vaults].map(({ name }) => checkPlace(worker, name)));
}

/** Checks one target or vault and keeps what it saw; nothing happens for a name that is not configured. */
export async function checkPlace(worker: Worker, name: string): Promise<void> {
  const { config, db, newId } = worker;
  const isTarget = config.targets.some((entry) => entry.name === name);
  if (!isTarget && !config.vaults.some((entry) => entry.name === name)) return;
  const place = isTarget ? "target" : "vault";
  const checks = await bounded(look(worker, { place, name }), name);
  const context = { db, newId, actor: system, subject: { noun: place, id: name } } as const;
  await runFact(context, keepChecks, { place, name, checks });
  worker.changed();
}

async function look(worker: Worker, { place, name }: Pick<Checked, "place" | "name">): Promise<readonly Check[]> {
  const calls = sweepCalls(worker, name);
  try {
    const connected = place === "target" ? await worker.places.target(name) : await worker.places.vault(name);
    return await connected.check(calls);
  } catch (error) {
    if (!(error instanceof TargetFault)) worker.log.fault(`check.${name}`, error);
    const sentence =
      error instanceof TargetFault ? error.sentence : "It does not answer as expected; the worker's log says more.";
    return [{ name: "reachable", ok: false, sentence }];
  }
}

async function bounded(looking: Promise<readonly Check[]>, name: string): Promise<readonly Check[]> {
  const sentence = `${name} did not answer within ${checkTimeoutMs / 1000} seconds.`;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Check[]>((resolve) => {
    timer = setTimeout(() => resolve([{ name: "reachable", ok: false, sentence }]), checkTimeoutMs);
  });
  return Promise.race([looking, late]).finally(() => clearTimeout(timer));
}
