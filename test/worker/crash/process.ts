import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A worker's code is compiled once, and kept for every later one. */
const cache = join(tmpdir(), "charter-crash-cache");

/** A worker process: its own, to be killed, stopped and let go on. */
export class WorkerProcess {
  readonly child: ChildProcess;
  said = "";

  /** Starts it from a file of `workerFile`. */
  constructor(file: string, env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [file], {
      env: { PATH: process.env.PATH ?? "", NODE_ENV: "test", NODE_COMPILE_CACHE: cache, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (text: Buffer) => {
        this.said = (this.said + text.toString()).slice(-4_000);
      });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** How it ended, as `SIGKILL` or `exit 1`; null while it lives. */
  get ended(): string | null {
    const { exitCode, signalCode } = this.child;
    return signalCode ?? (exitCode === null ? null : `exit ${exitCode}`);
  }

  get stopped(): boolean {
    return this.ended === null && /\) T /.test(readFileSync(`/proc/${this.pid}/stat`, "utf8"));
  }

  /** Waits until `seen`, at most so long; false when it was not. */
  async until(seen: () => boolean | Promise<boolean>, ms = 60_000): Promise<boolean> {
    for (const end = performance.now() + ms; performance.now() < end; await pause(15)) if (await seen()) return true;
    return false;
  }

  async kill(): Promise<void> {
    if (this.ended === null) this.child.kill("SIGKILL");
    await this.until(() => this.ended !== null, 5_000);
  }
}
