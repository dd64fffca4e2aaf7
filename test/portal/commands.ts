import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";

/** A command of the worker's host, as its operator runs it. */
export function command(
  name: string,
  ...words: readonly string[]
): { readonly status: number | null; readonly said: string } {
  const ran = spawnSync("npm", ["run", "--silent", name, "--", ...words], {
    encoding: "utf8",
    env: { ...process.env, CHARTER_HOME: process.env.CHARTER_TEST_HOME },
  });
  return { status: ran.status, said: ran.stdout + ran.stderr };
}

/** The audit log as its page exports it, and the key that its checkpoints are verified with, as files of this folder. */
export async function exportedLog(page: Page, folder: string): Promise<{ readonly log: string; readonly key: string }> {
  const [log, key] = [join(folder, "audit.jsonl"), join(folder, "charter.pub")];
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export" }).click();
  await (await downloading).saveAs(log);
  writeFileSync(key, command("audit:key").said);
  return { log, key };
}
