import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { openDatabase } from "#db/client.ts";
import { streamAuditLog } from "#db/read/audit-export.ts";
import { linesTo } from "#lib/audit/export.ts";

/** Writes the whole audit log of this moment as JSON Lines: entries, then checkpoints. Needs a role that may read it. */
export async function exportAuditLog(url: string, out: Writable): Promise<void> {
  const { sql, close } = openDatabase(url, { applicationName: "charter-audit-export", max: 1 });
  const write = async (lines: readonly string[]): Promise<void> => {
    if (lines.length > 0 && !out.write(`${lines.join("\n")}\n`)) await once(out, "drain");
  };
  try {
    await streamAuditLog(sql, linesTo(write));
  } finally {
    await close();
  }
}

async function main(): Promise<number> {
  const url = process.env.CHARTER_AUDITOR_DATABASE_URL ?? process.env.CHARTER_WORKER_DATABASE_URL;
  const file = process.argv[2];
  if (url === undefined) {
    process.stderr.write(
      "Usage: npm run audit:export -- [FILE]. Set CHARTER_AUDITOR_DATABASE_URL or CHARTER_WORKER_DATABASE_URL.\n",
    );
    return 2;
  }
  if (file === undefined) {
    await exportAuditLog(url, process.stdout);
    return 0;
  }
  const out = createWriteStream(file, { mode: 0o600 });
  await exportAuditLog(url, out);
  out.end();
  await finished(out);
  return 0;
}

if (import.meta.main) process.exitCode = await main();
