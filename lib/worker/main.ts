import { setTimeout as pause } from "node:timers/promises";
import { openDatabase } from "#db/client.ts";
import { listen } from "#db/notify.ts";
import { forgetWorkers, readClockOffset } from "#db/store/configuration.ts";
import { assemble } from "./assemble.ts";
import { unanswered } from "./claiming.ts";
import { configPath, type LoadedConfig, readConfig } from "./config-file.ts";
import { firstBundle } from "./first-bundle.ts";
import { runHeart } from "./heartbeat.ts";
import { createLog, type Log } from "./log.ts";
import { type Loops, startLoops } from "./loops.ts";
import { publishConfig } from "./publish.ts";
import { type InForce, reload } from "./reload.ts";
import { createStanding } from "./standing.ts";
import type { Worker } from "./worker.ts";

/** A reason not to start, in a sentence for the operator. */
class Unfit extends Error {}

const log = createLog(
  (line) => process.stdout.write(line),
  () => new Date(),
);

/**
 * postgres.js 3.4.9 asks each new connection for the server's types by itself, and nobody hears when the server goes away just then:
 * that would end the process. Whoever waits for the connection is told by its own query.
 */
function outliveUnheardLosses(): void {
  process.on("unhandledRejection", (error) => {
    if (!unanswered(error)) throw error;
    log.fault("connection", error);
  });
}

/** Aborted when the worker is told to stop. */
const stop = new AbortController();

/** Tries again each second while the database is away, as a running worker does. Each thing done at start may be done twice. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!unanswered(error) || stop.signal.aborted) throw error;
      log.fault("start", error);
      await pause(1_000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }
}

/** Starts a worker; ends when it is told to (SIGTERM, SIGINT) and its loops have drained. */
async function main(): Promise<void> {
  const url = process.env.CHARTER_WORKER_DATABASE_URL;
  if (!url) throw new Unfit("Set CHARTER_WORKER_DATABASE_URL to the address of the role charter_worker.");
  const loaded = await load();
  outliveUnheardLosses();
  const database = openDatabase(url, { applicationName: "charter-worker", max: 12, prepares: true });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  await answered(() => refuseShiftedClock(database.db));
  const inForce: InForce = { loaded };
  const { worker, places } = await answered(() => assemble(database, inForce, log));
  const problems = await answered(() => begin(worker, loaded));
  const standing = createStanding(loaded.config.anchor !== null);
  const heart = runHeart(worker, { inForce, problems, standing }, stop.signal);
  const loops = await startLoops(worker, { url, signal: stop.signal, standing, answered });
  const unlisten = await answered(() => listen(database.sql, "claims", loops.wake));
  const again = { inForce, places, path: configPath(process.env) ?? "" };
  process.on("SIGHUP", () => void reload(worker, again).catch((error) => log.fault("reload", error)));
  const unasked = sweepWhenAsked(loops, log);
  log.info("started", { worker: worker.id, problems });
  await loops.ended;
  unasked();
  await Promise.all([unlisten(), heart]);
  await worker.places.close();
  await forgetWorkers(database.db, worker.id);
  await database.close();
  log.info("stopped", { worker: worker.id });
}

/** Whoever started this process may ask over its channel to sweep at once, and hears when it is done; without a channel nobody can. */
function sweepWhenAsked(loops: Loops, to: Log): () => void {
  const ask = (message: unknown) => {
    if (message !== "sweep") return;
    loops
      .sweep()
      .catch((error) => to.fault("sweep", error))
      .finally(() => process.send?.("swept"));
  };
  process.on("message", ask);
  return () => process.off("message", ask);
}

async function load(): Promise<LoadedConfig> {
  const path = configPath(process.env);
  if (path === null) throw new Unfit("Set CHARTER_CONFIG to the worker's configuration file.");
  const loaded = await readConfig(path);
  if ("ok" in loaded) return loaded.ok;
  throw new Unfit(loaded.refusals.map(({ sentence }) => sentence).join("\n"));
}

/** A clock that is set ahead lets everything expire: only a demo or a test may run on it. */
async function refuseShiftedClock(db: Worker["db"]): Promise<void> {
  if (process.env.CHARTER_DEMO || process.env.CHARTER_TEST) return;
  if ((await readClockOffset(db)) !== 0) {
    throw new Unfit("The database's clock is set ahead. Set it back as charter_migrate before a worker starts.");
  }
}

/** Publishes the configuration and sees to a first policy; what is wrong comes back as sentences for `/api/health`. */
async function begin(worker: Worker, { config }: LoadedConfig): Promise<readonly string[]> {
  const changed = await publishConfig(worker.db, config, worker.newId);
  if (changed > 0) log.info("published", { changed });
  return firstBundle(worker);
}

try {
  await main();
  // Everything is done by here; what a library would still try again, after a connection that it lost, holds the process no longer.
  await pause(50);
  process.exit(0);
} catch (error) {
  if (error instanceof Unfit) process.stderr.write(`${error.message}\n`);
  else log.fault("start", error);
  await pause(50);
  process.exit(error instanceof Unfit ? 2 : Number(!stop.signal.aborted));
}
