import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { checkout } from "./home.mjs";

const running = new Set();
let ending = false;

/** True once the launcher is being stopped: nothing new may start. */
export const isEnding = () => ending;

/** Ends whatever command is running, and lets none start any more. */
export function endCommands() {
  ending = true;
  for (const child of running) child.kill("SIGTERM");
}

/**
 * Runs a command to its end. Resolves with {status, stdout, stderr, missing}; its output also goes to the file `log` when given.
 * `input` is written to its standard input.
 */
export function run(command, args, { env = process.env, log, input, cwd = checkout } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ["pipe", "pipe", "pipe"],
      shell: process.platform === "win32" && command === "npm",
    });
    running.add(child);
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
}

/** The last lines of what a command said, for a sentence. */
export const lastWords = ({ stdout, stderr }, lines = 12) =>
  `${stdout}\n${stderr}`.trim().split("\n").slice(-lines).join("\n");
