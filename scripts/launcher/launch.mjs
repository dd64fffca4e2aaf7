import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { demoActs } from "../demo/acts.mjs";
import {
  demoPeople,
  demoPorts,
  demoSignIn,
  directoryDigest,
  directoryFolder,
  writeSimulatorsFile,
  writeWorkerConfig,
} from "../demo/demo.mjs";
import { ensureGithubKey } from "../demo/github-token.mjs";
import { beginHistory, isCutOff } from "../demo/history.mjs";
import { buildWeb, nextProgram } from "./build.mjs";
import { endLeftovers, logTail, supervisor } from "./children.mjs";
import { openClock } from "./clock.mjs";
import { databaseKind, prepareDatabase, startPostgres } from "./database.mjs";
import { openDesk } from "./desk.mjs";
import { environment, workerEnvironment } from "./environment.mjs";
import { openHome, readEnv, readJson, resetHome, secretsOf, writeEnv, writeWhole } from "./home.mjs";
import { ensureKeys } from "./keys.mjs";
import { ownerOf, takeLock } from "./lock.mjs";
import { installPackages, pinnedNode } from "./packages.mjs";
import { portsOf } from "./ports.mjs";
import { say, step } from "./progress.mjs";
import { endCommands, lastWords, run } from "./run.mjs";
import { Stop } from "./sentence.mjs";

/** Milliseconds the whole may take from started to healthy. */
const readyWithinMs = 180_000;

/**
 * Brings up an installation, step by step, and returns where it is. The web is built beside all that does not need it.
 * `options.dev`: sources are watched, nothing is built.
 * Throws `Stop` with a sentence. `teardown` collects what must be undone, last first, also when a later step fails.
 */
export async function launch(options, teardown) {
  const home = openHome();
  takeHome(home, teardown);
  if (home.outside)
    say(
      `  ${home.folder} is closed to other accounts and PostgreSQL does not run as root: its data lies in ${home.postgres}.`,
    );
  const leftovers = await endLeftovers(home);
  if (leftovers.length > 0) say(`  Ended what a killed launcher had left running: ${leftovers.join(", ")}.`);
  const kind = databaseKind();
  const cutOff = isCutOff(home) && kind === "embedded";
  if (cutOff)
    say("  The last first start was ended while it lived the demo's history. Nobody used it yet, so it begins anew.");
  if (options.reset || cutOff) await step("Beginning anew", () => beginAnew(home, kind));
  await step("Packages", installPackages);
  const node = pinnedNode();
  const built = options.dev ? null : begun(() => buildWeb({ env: environment(), log: home.log("build") }));

  const started = {
    home,
    node,
    options,
    kind,
    secrets: secretsOf(home),
    ports: portsOf(home),
    children: supervisor({ home, node }),
    teardown,
  };
  await step("Database", () => openDatabase(started));
  await step("Migrations", async () => {
    started.urls = await prepareDatabase(started);
  });
  started.portal = await started.ports.portal();
  started.publicUrl = `http://localhost:${started.portal}`;
  ensureKeys(home);
  const own = ownConfiguration(home);
  if (own) await configured(started, own);
  else await demo(started);
  if (built !== null) await step("Build", built);
  await step("Web and worker", () => serve(started));
  return { publicUrl: started.publicUrl, home, people: own ? null : demoPeople() };
}

/** Begins `run` now; what comes back waits for it, and tells how long it took where that was longer than the wait. */
function begun(run) {
  const from = performance.now();
  const ending = run().then((note) => note ?? `${((performance.now() - from) / 1000).toFixed(1)} s beside the rest`);
  ending.catch(() => {
    // Whoever waits for it hears of it.
  });
  return () => ending;
}

function takeHome(home, teardown) {
  const lock = takeLock(home.lock);
  if (!lock) {
    throw new Stop(
      `Charter already runs in ${home.folder} (process ${ownerOf(home.lock)?.pid}). Stop it there with Ctrl-C, or set CHARTER_HOME to another folder for a second installation.`,
    );
  }
  if (lock.stale)
    say(
      `  The last launcher${lock.stale.pid ? ` (process ${lock.stale.pid})` : ""} did not end by itself; its lock is stale and was replaced.`,
    );
  teardown.push(lock.release);
}

async function beginAnew(home, kind) {
  if (kind !== "embedded")
    throw new Stop(
      "--reset empties the embedded database only. Yours, named by DATABASE_URL or the URLs per role, is for you to empty.",
    );
  for (const folder of [home.postgres, ordersCluster(home)]) await stopRunning(folder);
  resetHome(home);
  openHome();
}

/** Where the simulators keep the database that stands for orders-prod. */
const ordersCluster = (home) => `${home.postgres}/orders-prod`;

/** Stops a PostgreSQL that whoever started it has left running. */
async function stopRunning(folder) {
  const { startCluster, runningServer } = await import("../../lib/embedded-postgres/cluster.mjs");
  if (runningServer(`${folder}/data`)) await (await startCluster({ folder, password: "" })).stop();
}

async function openDatabase(started) {
  if (started.kind !== "embedded") return "your own";
  const port = await started.ports.anyLoopback("postgres");
  started.cluster = await startPostgres(started.home, { password: started.secrets.postgres, port });
  started.teardown.push(() => started.cluster.stop());
  return started.cluster.reused ? "still running from the last launcher" : "embedded PostgreSQL, for trial only";
}

/** The worker's configuration of a real installation; null: nothing is configured, so the demo is shown. */
function ownConfiguration(home) {
  if (process.env.CHARTER_CONFIG) return process.env.CHARTER_CONFIG;
  return existsSync(home.path("worker.json")) ? home.path("worker.json") : null;
}

/** Runs the installation's own configuration; sign-in settings come from the environment or from web.env. */
async function configured(started, config) {
  const kept = readEnv(started.home.path("web.env"));
  const signIn = {};
  for (const name of ["AUTH_ISSUER", "AUTH_CLIENT_ID", "AUTH_CLIENT_SECRET"]) {
    signIn[name] = process.env[name] ?? kept[name];
    if (!signIn[name])
      throw new Stop(
        `${name} is not set. Put it into ${started.home.path("web.env")} or the environment; docs/deploy.md says what it is.`,
      );
  }
  started.publicUrl = process.env.CHARTER_PUBLIC_URL ?? started.publicUrl;
  writeEnvironments(started, { config, signIn });
}

/** Everything simulated, in a process of its own: killing the worker does not kill the world. */
async function demo(started) {
  const { home, secrets, ports, publicUrl: portal } = started;
  started.demo = true;
  const taken = await demoPorts(ports);
  ensureGithubKey(home);
  started.taken = taken;
  started.clock = await openClock(started.urls.migrate, (seconds) =>
    started.children.send("simulators", { ahead: seconds * 1_000 }),
  );
  started.teardown.push(() => started.clock.close());
  started.sweep = (withinMs) => askToSweep(started, withinMs);
  const history = await beginHistory(started);
  const file = writeSimulatorsFile({ home, taken, portal, secrets, ahead: started.clock.ahead() * 1_000 });
  // Simulators that are killed, or ended while they start, leave theirs behind.
  started.teardown.push(() => stopRunning(ordersCluster(home)));
  let served = {};
  await step("Simulators and demo sign-in", async () => {
    const env = environment({ NODE_ENV: "production", CHARTER_SIMULATORS: file });
    served = await childSays(started, { name: "simulators", args: ["lib/worker/simulators.ts"], env });
  });
  const config = writeWorkerConfig({ home, taken, portal, secrets, served });
  started.accounts = Object.values(served).flatMap(({ settings }) => settings.endpoint ?? []);
  started.desk = await openDesk(demoActs(started));
  started.teardown.push(() => started.desk.close());
  writeEnvironments(started, { config, signIn: demoSignIn(taken, secrets) });
  await importDirectory(started);
  if (history === null) return;
  startWorker(started);
  await step("Fourteen weeks of history", () => history.live());
}

/** Has the worker look at everything at once, as its own times would; false when it does not run or takes longer than that. */
async function askToSweep(started, withinMs = 10_000) {
  const done = new Promise((resolve) => {
    started.swept = () => resolve(true);
  });
  if (!started.children.send("worker", "sweep")) return false;
  return Promise.race([done, pause(withinMs, false, { ref: false })]);
}

/** Starts a child and waits for its first message: it is ready and says what it serves. */
async function childSays({ children, home, teardown }, child) {
  teardown.push(() => children.stop(child.name, 5_000));
  const said = new Promise((resolve) =>
    children.start({ ...child, onMessage: (message) => message?.ready && resolve(message.ready) }),
  );
  const late = pause(readyWithinMs, null, { ref: false });
  const failing = (async () => {
    while (children.failures(child.name) < 3) await pause(200, null, { ref: false });
    return null;
  })();
  const answer = await Promise.race([said, late, failing]);
  if (answer === null)
    throw new Stop(
      `The ${child.name} did not start. Last lines of ${home.log(child.name)}:\n${logTail(home.log(child.name))}`,
    );
  return answer;
}

/** Writes web.env and worker.env, and keeps what each child is given: those lines and an allow-listed rest. */
function writeEnvironments(started, { config, signIn }) {
  const { home, urls, secrets, portal, publicUrl, demo, desk, options } = started;
  const web = {
    CHARTER_WEB_DATABASE_URL: urls.web,
    PORT: String(portal),
    CHARTER_PUBLIC_URL: publicUrl,
    AUTH_SECRET: secrets.authSecret,
    ...signIn,
  };
  const worker = { CHARTER_WORKER_DATABASE_URL: urls.worker, CHARTER_CONFIG: config };
  writeEnv(home.path("web.env"), web);
  writeEnv(home.path("worker.env"), worker);
  if (urls.migrate) writeEnv(home.path("migrate.env"), { CHARTER_MIGRATE_DATABASE_URL: urls.migrate });
  const mode = { NODE_ENV: options.dev ? "development" : "production", NEXT_TELEMETRY_DISABLED: "1" };
  const flags = demo ? { CHARTER_DEMO: "1" } : {};
  started.webEnv = environment({ ...mode, ...web, ...flags, ...(demo ? { CHARTER_DEMO_DESK: desk.address } : {}) });
  started.workerEnv = workerEnvironment({ ...mode, ...worker, ...flags }, config);
}

/** People, teams, services and repositories of the demo; once, and again when the files changed. */
async function importDirectory({ home, node, workerEnv }) {
  const stamp = home.path("demo", "directory.json");
  const digest = directoryDigest();
  if (readJson(stamp, null) === digest) return;
  await step("Directory", async () => {
    const done = await run(node, ["lib/worker/commands/directory-import.ts", directoryFolder], {
      env: workerEnv,
    });
    if (done.status !== 0) throw new Stop(`The demo's directory could not be imported: ${lastWords(done, 6)}`);
    writeWhole(stamp, JSON.stringify(digest));
  });
}

function startWorker(started) {
  const { children, options, teardown, workerEnv } = started;
  const watch = options.dev ? ["--watch"] : [];
  teardown.push(() => children.stop("worker", 10_000));
  const onMessage = (message) => message === "swept" && started.swept?.();
  children.start({ name: "worker", args: [...watch, "lib/worker/main.ts"], env: workerEnv, onMessage });
}

async function serve(started) {
  const { children, portal, options, teardown, webEnv } = started;
  if (!children.has("worker")) startWorker(started);
  teardown.push(() => children.stop("web", 5_000));
  children.start({
    name: "web",
    args: [nextProgram, options.dev ? "dev" : "start", "-H", "127.0.0.1", "-p", String(portal)],
    env: webEnv,
  });
  await healthy(started);
}

async function healthy({ children, home, portal }) {
  let reasons = "it does not answer";
  for (const end = Date.now() + readyWithinMs; Date.now() < end; await pause(150)) {
    for (const name of ["worker", "web"]) {
      if (children.failures(name) >= 4)
        throw new Stop(`The ${name} keeps ending. Last lines of ${home.log(name)}:\n${logTail(home.log(name))}`);
    }
    try {
      const answer = await fetch(`http://localhost:${portal}/api/health`, { signal: AbortSignal.timeout(5_000) });
      if (answer.status === 200) return;
      reasons =
        (await answer.json()).reasons?.map(({ sentence }) => sentence).join(" ") ?? `it answers ${answer.status}`;
    } catch (error) {
      if (!["TypeError", "TimeoutError", "SyntaxError"].includes(error.name)) throw error;
    }
  }
  throw new Stop(`Charter did not become ready: ${reasons} Logs: ${home.path("logs")}`);
}

/** Undoes what was started, last first: web, worker, desk, simulators, PostgreSQL, lock. */
export async function endAll(teardown) {
  await endCommands();
  for (const undo of teardown.splice(0).reverse()) await undo();
}
