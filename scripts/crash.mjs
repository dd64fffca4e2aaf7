import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "./launcher/home.mjs";
import { pinnedNode } from "./launcher/packages.mjs";

// Kills a real worker at every point of every flow and loses every answer; the last line is what it counted.
const folder = mkdtempSync(join(tmpdir(), "charter-crash-"));
const report = join(folder, "report");
const vitest = join(checkout, "node_modules", "vitest", "vitest.mjs");
const env = { ...process.env, CHARTER_CRASH: "full", CHARTER_CRASH_REPORT: report };
const { status } = spawnSync(pinnedNode(), [vitest, "run", "test/worker/crash.test.ts"], {
  cwd: checkout,
  stdio: "inherit",
  env,
});
const counted = existsSync(report) ? readFileSync(report, "utf8").trim() : "crash: the runs did not end";
rmSync(folder, { recursive: true, force: true });
console.log(counted);
process.exitCode = status ?? 1;
