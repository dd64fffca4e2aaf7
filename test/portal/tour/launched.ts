import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { freePort } from "../../../lib/embedded-postgres/cluster.mjs";

const start = fileURLToPath(new URL("../../../scripts/start.mjs", import.meta.url));
const patienceMs = 15 * 60_000;
const accounts = z.record(z.string(), z.number());
const world = z.object({ roles: z.record(z.string(), z.object({ name: z.string() })) });

/** What `npm start` brings up, once its past is lived, in a folder of its own. */
export interface Launched {
  readonly url: string;
  /** What the launcher said so far. */
  said(): string;
  /** Names of the roles in a simulated account. */
  roles(target: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function launched(): Promise<Launched> {
  const home = mkdtempSync(join(tmpdir(), "charter-tour-"));
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), CHARTER_HOME: home, CHARTER_DEMO_HISTORY: "" };
  const launcher = spawn(process.execPath, [start], { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [launcher.stdout, launcher.stderr]) stream.on("data", (piece) => (said += String(piece)));
  for (const end = Date.now() + patienceMs; !/fast motion( · .*)? \([\d.]+ s\)/.test(said); await pause(250))
    if (launcher.exitCode !== null || /fast motion: stopped/.test(said) || Date.now() > end)
      throw new Error(`It did not become what it should:\n${said}`);
  return {
    url: `http://localhost:${port}`,
    said: () => said,
    roles: async (target) => {
      const ports = accounts.parse(JSON.parse(readFileSync(join(home, "ports.json"), "utf8")));
      const answer = await fetch(`http://127.0.0.1:${ports[target]}/_simulator/world`);
      return Object.values(world.parse(await answer.json()).roles).map(({ name }) => name);
    },
    stop: async () => {
      await ended(launcher);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function ended(launcher: ChildProcess): Promise<void> {
  if (launcher.exitCode !== null) return;
  const gone = new Promise((resolve) => launcher.once("exit", resolve));
  launcher.kill("SIGTERM");
  await gone;
}
