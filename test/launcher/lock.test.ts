import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ownerOf, takeLock } from "../../scripts/launcher/lock.mjs";
import { birth, stillRuns } from "../../scripts/launcher/processes.mjs";

describe("the launcher's lock", () => {
  let folder = "";
  let file = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "charter-lock-"));
    file = join(folder, "launcher.lock");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("refuses a second launcher while the first runs, and admits one after it let go", () => {
    const first = takeLock(file);
    expect(takeLock(file)).toBeNull();
    expect(ownerOf(file).pid).toBe(process.pid);
    first?.release();
    expect(takeLock(file)).toMatchObject({ stale: null });
  });

  test("replaces the lock of a process that was killed and says whose it was", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const owner = { pid: child.pid, birth: birth(child.pid) };
    writeFileSync(file, JSON.stringify(owner));
    expect(takeLock(file)).toBeNull();
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(takeLock(file)?.stale).toEqual(owner);
  });

  test("handed over to a command, it stays taken while that runs, and is stale once it has ended", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    takeLock(file)?.handOver(child.pid);
    expect(ownerOf(file).pid).toBe(child.pid);
    expect(takeLock(file)).toBeNull();
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(takeLock(file)?.stale.pid).toBe(child.pid);
  });

  test("does not take another process with the same number for the owner", () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, birth: "1" }));
    expect(takeLock(file)?.stale).toEqual({ pid: process.pid, birth: "1" });
  });

  test("replaces a lock that was never written whole", () => {
    for (const text of ["", '{"pid":', "[]", '{"pid":"7"}']) {
      writeFileSync(file, text);
      const lock = takeLock(file);
      expect(lock?.stale, text).toEqual({ pid: 0 });
      lock?.release();
    }
  });
});

test("a process that ended no longer runs, whoever has its number", () => {
  expect(stillRuns({ pid: process.pid, birth: birth(process.pid) })).toBe(true);
  expect(stillRuns({ pid: process.pid, birth: "another" })).toBe(false);
  expect(stillRuns({ pid: 2 ** 22 + 1, birth: "" })).toBe(false);
});
