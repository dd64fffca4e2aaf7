import { PgBoss } from "pg-boss";
import type { Log } from "./log.ts";

/** Does something again for as long as the database is away. */
export type Patience = <T>(work: () => Promise<T>) => Promise<T>;

/** One sweep: its name, when it runs (cron, UTC), and what it does. */
export interface Sweep {
  readonly name: string;
  readonly cron: string;
  run(): Promise<void>;
}

/** Long enough for a large target; a sweep that takes longer is given up and begins anew at its next time. */
const expireInSeconds = 3_600;

/**
 * Runs sweeps by the clock, each in one worker at a time. Cron and sweeps are all it does: the saga's queue is its own.
 * Needs a role that may create tables in schema `pgboss`.
 */
export async function startSchedule(
  url: string,
  sweeps: readonly Sweep[],
  { log, answered }: { readonly log: Log; readonly answered: Patience },
): Promise<() => Promise<void>> {
  const boss = new PgBoss({
    connectionString: url,
    schema: "pgboss",
    max: 2,
    application_name: "charter-schedule",
    createSchema: false,
  });
  boss.on("error", (error) => log.fault("schedule", error));
  await answered(() => boss.start());
  for (const sweep of sweeps) {
    await answered(() => boss.createQueue(sweep.name, { policy: "singleton", expireInSeconds, retryLimit: 0 }));
    await boss.work(sweep.name, { batchSize: 1, pollingIntervalSeconds: 10 }, () => sweep.run());
    await answered(() => boss.schedule(sweep.name, sweep.cron));
  }
  return () => boss.stop({ graceful: true, timeout: 5_000 });
}
