import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { birth, stillRuns } from "../../scripts/launcher/processes.mjs";
import { endCommands, run } from "../../scripts/launcher/run.mjs";

test("stopping waits until a command is gone with all that it started, also one that does not listen", async () => {
  const child = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`;
  const file = join(mkdtempSync(join(tmpdir(), "charter-run-")), "own");
  const program = `${child} const own = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}]);
    require("node:fs").writeFileSync(${JSON.stringify(file)}, String(own.pid));`;
  const pids: number[] = [];
  const options: object = { started: (pid: number) => pids.push(pid) };
  const command = run(process.execPath, ["-e", program], options);
  while (!existsSync(file) || readFileSync(file, "utf8") === "") await pause(20);
  pids.push(Number(readFileSync(file, "utf8")));
  const group = pids.map((pid) => ({ pid, birth: birth(pid) }));
  expect(group.length).toBe(2);
  expect(group.every(stillRuns)).toBe(true);
  await endCommands();
  expect(group.filter(stillRuns)).toEqual([]);
  expect((await command).status).not.toBe(0);
  rmSync(dirname(file), { recursive: true });
}, 30_000);
