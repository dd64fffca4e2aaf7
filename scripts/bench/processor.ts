import { readdirSync, readFileSync } from "node:fs";

/** The kernel counts processor time in ticks of 10 ms. */
const tickMs = 10;

/** What /proc tells of a process: its parent, and its ticks, those of ended children apart; null where it does not. */
function told(pid: number): { readonly parent: number; readonly own: number; readonly ended: number } | null {
  try {
    const words = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")
      .map(Number);
    const at = (place: number): number => words[place] ?? 0;
    return { parent: at(1), own: at(11) + at(12), ended: at(13) + at(14) };
  } catch {
    return null;
  }
}

/** Processor time of a process so far in milliseconds, on Linux; elsewhere NaN. */
export const processorMs = (pid: number): number => (told(pid)?.own ?? Number.NaN) * tickMs;

/** The same of a server and its children, those that have ended too. */
export function familyMs(pid: number): number {
  const server = told(pid);
  if (server === null) return Number.NaN;
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  const children = pids.map(told).filter((one) => one?.parent === pid);
  return children.reduce((sum, one) => sum + (one?.own ?? 0), server.own + server.ended) * tickMs;
}
