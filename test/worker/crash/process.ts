import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Build } from "./patches.ts";

const file = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** Loading a worker's modules is most of its start: compiled once, kept for every later one. */
const cache = join(tmpdir(), "charter-crash-cache");

/** A worker process that has loaded its modules and opened nothing yet. */
export class WorkerProcess {
  readonly child: ChildProcess;
  said = "";

  constructor(builds: readonly Build[] = []) {
    this.child = fork(file, [...builds], {
      env: { PATH: process.env.PATH ?? "", NODE_ENV: "test", NODE_COMPILE_CACHE: cache },
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (text: Buffer) => {
        this.said = (this.said + text.toString()).slice(-4_000);
      });
  }

  go(env: Readonly<Record<string, string>>): void {
    this.child.send(env);
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
