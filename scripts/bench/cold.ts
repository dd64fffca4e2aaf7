import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runningServer } from "#lib/embedded-postgres/cluster.mjs";
import { roomForHomes, type Started, startInstallation } from "./installed.ts";
import { type Line, median, timed } from "./measure.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const idleMs = 15_000;

/**
 * From an empty clone of HEAD to *ready* (once: packages come from npm's registry), a new home on the same build, a second start of it
 * (bound 10 s), and what web, worker and PostgreSQL hold of memory when nothing is asked of them (proportional set size, Linux alone).
 */
export async function benchCold(_: unknown, rounds: number): Promise<readonly Line[]> {
  const folder = roomForHomes("charter-cold-");
  const clone = join(folder, "clone");
  const times = { clone: [] as number[], fresh: [] as number[], second: [] as number[] };
  let memory: Readonly<Record<string, number>> = {};
  try {
    times.clone.push(
      await timed(async () => {
        execFileSync("git", ["clone", "-q", checkout, clone]);
        await ended(startInstallation(clone, join(folder, "first")));
      }),
    );
    for (let round = 0; round < rounds; round += 1) {
      const home = join(folder, `home-${round}`);
      times.fresh.push(await timed(() => ended(startInstallation(clone, home))));
      const begun = performance.now();
      const started = await startInstallation(clone, home);
      times.second.push(performance.now() - begun);
      try {
        if (round === 0) memory = await held(started, home);
      } finally {
        await started.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const line = (name: string, ms: readonly number[], bound: number): Line => ({
    ...{ name: `cold.${name}`, value: median(ms) / 1_000, unit: "s", peer: { name: "bound-s", value: bound } },
  });
  const peer = { name: "bound-MB", value: 1_024 };
  const sum = Object.values(memory).reduce((all, one) => all + one, 0);
  return [
    line("empty-clone", times.clone, 180),
    line("new-home-with-stop", times.fresh, 30),
    line("second-start", times.second, 10),
    ...(sum === 0 ? [] : [{ name: "memory.idle", value: sum, unit: "MB", peer, also: memory }]),
  ];
}

const ended = async (started: Promise<Started>): Promise<void> => (await started).stop();

/** Megabytes of each, shared pages by their share; nothing where the kernel does not tell. */
async function held(started: Started, home: string): Promise<Readonly<Record<string, number>>> {
  await pause(idleMs);
  if (process.platform !== "linux") return {};
  const { web, worker } = started.children();
  const server = runningServer(join(home, "postgres", "data"));
  const of = (pids: readonly (number | undefined)[]) =>
    pids.reduce<number>((all, pid) => all + (pid === undefined ? 0 : proportional(pid)), 0);
  const found = { web: of([web]), worker: of([worker]), postgresql: server ? of(family(server.pid)) : 0 };
  const missing = Object.entries(found).find(([, megabytes]) => megabytes === 0);
  if (missing) throw new Error(`What ${missing[0]} holds was not told.`);
  return found;
}

function proportional(pid: number): number {
  try {
    const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? [];
    return Number(kilobytes ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

/** A server and its backends. */
function family(pid: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const children = threads.flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number),
    );
    return [pid, ...children];
  } catch {
    return [];
  }
}
