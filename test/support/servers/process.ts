import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs an installer to its end; rejects with its last words. */
export async function run(command: string, args: readonly string[], env: Environment = process.env): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      env: { NODE_ENV: "test", ...env },
      maxBuffer: 64 << 20,
    });
    return stdout;
  } catch (error) {
    const words =
      error instanceof Error && "stderr" in error
        ? String(error.stderr).trim().split("\n").slice(-5).join("\n")
        : String(error);
    throw new Error(`${command} ${args.join(" ")} failed: ${words}`);
  }
}

export interface Server {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a server with its output in a file and waits until `ready` answers true; stopping goes by pid. */
export async function serve(options: {
  command: string;
  args: readonly string[];
  env?: Environment;
  log: string;
  ready: () => Promise<boolean>;
}): Promise<Server> {
  const out = openSync(options.log, "a");
  const child = spawn(options.command, options.args, {
    env: { NODE_ENV: "test", ...(options.env ?? process.env) },
    stdio: ["ignore", out, out],
  });
  closeSync(out);
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) break;
    if (await options.ready().catch(() => false)) return { pid: child.pid, stop: () => stop(child) };
    await pause(100);
  }
  await stop(child);
  throw new Error(`${options.command} did not become ready: ${readFileSync(options.log, "utf8").slice(-2000)}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(late);
}
