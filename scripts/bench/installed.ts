import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** What `npm start` brought up. */
export interface Started {
  readonly url: string;
  /** Process ids of the launcher's children, by name. */
  children(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** A temporary folder for homes. As root PostgreSQL runs as nobody, who must pass through: its data then lies in here too, and goes with it. */
export function roomForHomes(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(folder, 0o711);
  return folder;
}

/** `npm start` of a checkout with its data in `home`, until it is ready. Throws what it said when it ends before. */
export async function startInstallation(checkout: string, home: string): Promise<Started> {
  const child = spawn("npm", ["start"], {
    cwd: checkout,
    env: { PATH: ownPath(), HOME: process.env.HOME, NODE_ENV: "production", CHARTER_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk;
    });
  const url = await readyAt(child, () => said);
  return {
    url,
    children: () => {
      const kept: readonly { name: string; pid: number }[] = JSON.parse(
        readFileSync(join(home, "children.json"), "utf8"),
      );
      return Object.fromEntries(kept.map(({ name, pid }) => [name, pid]));
    },
    async stop() {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
      await once(child, "exit");
    },
  };
}

/** As a person's shell has it: without what `npm run` puts before it, where another Node would run npm. */
const ownPath = (): string =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(delimiter);

async function readyAt(child: ChildProcess, said: () => string): Promise<string> {
  for (;;) {
    const line = /^Charter is ready: (http:\/\/localhost:\d+)$/m.exec(said());
    if (line?.[1]) return line[1];
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(said());
    await pause(20);
  }
}
