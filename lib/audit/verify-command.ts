import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Checkpoint } from "./checkpoint.ts";
import { readCheckpoint } from "./export.ts";
import { fileSource } from "./file.ts";
import { readingThreads } from "./threads.ts";
import { type Report, verifyExport } from "./verify.ts";

const usage = "Usage: npm run audit:verify -- FILE --key PUBLIC-KEY [--checkpoint ANCHOR]\n";

/** `FILE` is an export, `--key` the public checkpoint key (PEM), `--checkpoint` an anchor file. Exit 0 sound, 1 not, 2 misused. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: "string" }, checkpoint: { type: "string" } },
  });
  const [file] = positionals;
  if (file === undefined || values.key === undefined || positionals.length > 1) {
    process.stderr.write(usage);
    return 2;
  }
  const anchored = values.checkpoint === undefined ? [] : await readAnchor(values.checkpoint);
  if (anchored === null) {
    process.stderr.write(`${values.checkpoint} is not a list of checkpoints.\n`);
    return 1;
  }
  const key = createPublicKey(await readFile(values.key));
  const reader = readingThreads();
  const report = await verifyExport({ source: await fileSource(file), key, anchored, reader });
  await reader.close();
  process.stdout.write(sentences(report, anchored.length));
  return report.faults.length === 0 ? 0 : 1;
}

/** Checkpoints of an anchor file, one a line; null when a line is something else. */
async function readAnchor(file: string): Promise<readonly Checkpoint[] | null> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  const checkpoints = lines.flatMap((line) => readCheckpoint(line) ?? []);
  return checkpoints.length === lines.length ? checkpoints : null;
}

function sentences(report: Report, anchored: number): string {
  const told = [
    `${report.sealed} entries are sealed by ${report.checkpoints} checkpoints.`,
    `${report.unsealed} entries are the unsealed tail: chained, but not signed yet.`,
    anchored > 0
      ? `${anchored} anchored checkpoints were compared.`
      : "No anchored checkpoint was given: whether the newest entries were dropped together with their checkpoints cannot be seen.",
    ...report.raised,
    ...report.faults,
    report.faults.length === 0 ? "The log is sound." : "The log is NOT sound.",
  ];
  return `${told.join("\n")}\n`;
}

process.exitCode = await main();
