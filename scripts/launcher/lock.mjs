import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { birth, stillRuns } from "./processes.mjs";

/**
 * Takes `file` as a lock for this process. Returns null when it is taken, else {stale: whose dead owner's lock was replaced or
 * null, release, handOver}. Handed over to a command, it stays taken while that runs, also once this process was killed.
 */
export function takeLock(file) {
  let stale = null;
  for (let tries = 0; tries < 3; tries++) {
    try {
      writeFileSync(file, textOf(process.pid), { flag: "wx", mode: 0o600 });
      return {
        stale,
        release: () => rmSync(file, { force: true }),
        handOver: (pid) => writeFileSync(file, textOf(pid), { mode: 0o600 }),
      };
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const owner = ownerOf(file);
    if (owner && stillRuns(owner)) return null;
    stale = owner ?? { pid: 0 };
    rmSync(file, { force: true });
  }
  return null;
}

const textOf = (pid) => JSON.stringify({ pid, birth: birth(pid) });

/** Waits for a lock that another launcher, or a command that outlived one, holds for a while (an installation, a build). */
export async function waitForLock(file) {
  for (;;) {
    const lock = takeLock(file);
    if (lock) return lock;
    await pause(500);
  }
}

/** Who holds a lock; null when the file is gone or was never written whole (its writer was killed, or the disk was full). */
export function ownerOf(file) {
  try {
    const owner = JSON.parse(readFileSync(file, "utf8"));
    return Number.isInteger(owner.pid) ? owner : null;
  } catch (error) {
    if (error instanceof SyntaxError || error.code === "ENOENT") return null;
    throw error;
  }
}
