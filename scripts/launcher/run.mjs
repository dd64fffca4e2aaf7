import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { checkout } from "./home.mjs";
import { signal } from "./processes.mjs";

/** Milliseconds a command may take to end once it is told to. */
const graceMs = 5_000;
/** Process of each command that runs → a promise of its end. */
const running = new Map();
let ending = false;

/** True once the launcher is being stopped: nothing new may start. */
export const isEnding = () => ending;

/** Ends whatever command is running with all that it started, and lets none start any more. Returns when they are gone. */
export async function endCommands() {
  ending = true;
  for (const { pid } of running.keys()) signal(-pid, "SIGTERM");
  const late = setTimeout(() => {
    for (const { pid } of running.keys()) signal(-pid, "SIGKILL");
  }, graceMs);
  await Promise.all(running.values());
  clearTimeout(late);
}

/**
 * Runs a command to its end, in a process group of its own. Resolves with {status, stdout, stderr, missing}; its output also goes
 * to the file `log` when given. `input` is written to its standard input; `started` is told its process id.
 */
export function run(command, args, { env = process.env, log, input, cwd = checkout, started } = {}) {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const done = new Promise((resolve) => {
    const file = log && createWriteStream(log, { flags: "a", mode: 0o600 });
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      child[name].on("data", (chunk) => {
        text[name] += chunk;
        file?.write(chunk);
      });
    }
    const end = (status, missing = false) => {
      running.delete(child);
      file?.end();
      resolve({ status, missing, ...text });
    };
    child.once("error", (error) => end(1, error.code === "ENOENT"));
    child.once("close", (status) => end(status ?? 1));
    child.stdin.on("error", () => {});
    child.stdin.end(input ?? "");
  });
  if (child.pid !== undefined) {
    running.set(child, done);
    started?.(child.pid);
  }
  return done;
}

/** The last lines of what a command said, for a sentence. */
export const lastWords = ({ stdout, stderr }, lines = 12) =>
  `${stdout}\n${stderr}`.trim().split("\n").slice(-lines).join("\n");
