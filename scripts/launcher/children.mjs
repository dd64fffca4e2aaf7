import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkout, readJson, writeWhole } from "./home.mjs";
import { birth, signal, stillRuns } from "./processes.mjs";
import { say } from "./progress.mjs";

const leash = fileURLToPath(new URL("./leash.mjs", import.meta.url));
/** Seconds to wait before a crashed child is started again; the last one repeats. */
const backoff = [0.5, 1, 2, 5, 10, 30];
/** A child that ran this long starts over with the shortest wait, ms. */
const settledMs = 60_000;

/**
 * Children in process groups of their own, so that Ctrl-C reaches only the launcher, which stops them in its order. A child that
 * ends by itself is started again.
 */
export function supervisor({ home, node }) {
  const children = new Map();
  const record = () =>
    writeWhole(
      home.path("children.json"),
      JSON.stringify(
        [...children.values()]
          .filter((child) => child.process)
          .map((child) => ({ name: child.name, pid: child.process.pid, birth: child.birth })),
      ),
    );

  function launch(child) {
    const out = openSync(home.log(child.name), "a", 0o600);
    child.startedAt = Date.now();
    child.process = spawn(node, ["--import", leash, ...child.args], {
      cwd: checkout,
      env: child.env,
      detached: true,
      stdio: ["ignore", out, out, "ipc"],
    });
    closeSync(out);
    child.birth = birth(child.process.pid);
    child.process.on("message", (message) => child.onMessage?.(message));
    child.process.once("exit", (code, killedBy) => ended(child, killedBy ?? `code ${code}`));
    record();
  }

  function ended(child, how) {
    child.process = null;
    if (child.stopping) return;
    child.failures = Date.now() - child.startedAt > settledMs ? 1 : child.failures + 1;
    const wait = backoff[Math.min(child.failures, backoff.length) - 1];
    say(`  ${child.name} ended (${how}); starting it again in ${wait} s. Its log: ${home.log(child.name)}`);
    child.timer = setTimeout(() => launch(child), wait * 1000);
  }

  return {
    /** Starts `node ARGS`; `onMessage` gets what it sends over its channel. */
    start({ name, args, env, onMessage }) {
      const child = { name, args, env, onMessage, failures: 0, stopping: false, process: null };
      children.set(name, child);
      launch(child);
    },
    /** SIGTERM, then SIGKILL after `graceMs`. Returns when it is gone. */
    async stop(name, graceMs) {
      const child = children.get(name);
      if (!child) return;
      child.stopping = true;
      clearTimeout(child.timer);
      if (!child.process) return;
      const gone = new Promise((resolve) => child.process.once("exit", resolve));
      signal(child.process.pid, "SIGTERM");
      const late = setTimeout(() => child.process && signal(-child.process.pid, "SIGKILL"), graceMs);
      await gone;
      clearTimeout(late);
    },
    /** Whether it was started, however it fares. */
    has: (name) => children.has(name),
    kill: (name) => {
      const running = children.get(name)?.process;
      if (running) signal(running.pid, "SIGKILL");
      return Boolean(running);
    },
    /** Has a child stand still, as on a machine that hangs, or go on. */
    halt(name, halted) {
      const running = children.get(name)?.process;
      if (running) signal(-running.pid, halted ? "SIGSTOP" : "SIGCONT");
    },
    /** Says something to a child over its channel; false when it does not run. */
    send: (name, message) => children.get(name)?.process?.send(message) ?? false,
    failures: (name) => children.get(name)?.failures ?? 0,
  };
}

/** Ends what a killed launcher left running, when the leash has not done so yet. Returns their names. */
export async function endLeftovers(home) {
  const left = readJson(home.path("children.json"), []).filter(stillRuns);
  for (const child of left) signal(-child.pid, "SIGKILL");
  while (left.some(stillRuns)) await new Promise((resolve) => setTimeout(resolve, 50));
  return left.map((child) => child.name);
}

/** The end of a child's log, for a sentence. */
export const logTail = (file, lines = 12) => readFileSync(file, "utf8").trim().split("\n").slice(-lines).join("\n");
