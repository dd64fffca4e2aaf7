import { type FileHandle, open } from "node:fs/promises";
import { databaseClock } from "#db/store/audit.ts";
import { keepReads, readVaultLog, type VaultLog } from "#db/store/slots.ts";
import type { LogEntry } from "#lib/vaults/store.ts";
import type { Worker } from "../worker.ts";

const chunkBytes = 1_048_576;
/** Of a file that grew more, the rest is read in the next round. */
const mostChunks = 256;

/** Reads on in the audit file of each vault that has one configured, and keeps when each identity's secret was last read. */
export async function watchReads(worker: Worker): Promise<void> {
  for (const { name, auditFile } of worker.config.vaults)
    if (auditFile !== null) await watchFile(worker, name, auditFile);
}

/** One that is not there or may not be read tells nothing; the log says so, by name alone. */
async function watchFile(worker: Worker, vault: string, path: string): Promise<void> {
  const file = await open(path, "r").catch((error: unknown) => {
    worker.log.info(`vault-reads.${vault}`, { sentence: `The audit file cannot be read: ${codeOf(error)}.` });
    return null;
  });
  if (file === null) return;
  try {
    const { entryOf } = await worker.places.vault(vault);
    if (entryOf === undefined) return;
    const begun = await begin(worker, vault, file);
    await readOn(worker, { file, entryOf, log: begun });
  } finally {
    await file.close();
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "unknown");

/** Where it goes on: after what was read, or at the start of another file, from which on alone nothing was missed. */
async function begin(worker: Worker, vault: string, file: FileHandle): Promise<VaultLog> {
  const { dev, ino, size } = await file.stat();
  const now = await databaseClock(worker.db);
  const before = await readVaultLog(worker.db, vault);
  const same = `${dev}:${ino}`;
  if (before?.file === same && before.position <= size) return { ...before, readAt: now };
  return { vault, file: same, position: 0, since: now, readAt: now };
}

interface Reading {
  readonly file: FileHandle;
  readonly entryOf: (line: string) => LogEntry | null;
  readonly log: VaultLog;
}

async function readOn(worker: Worker, { file, entryOf, log }: Reading): Promise<void> {
  let { position, since } = log;
  const reads = new Map<string, Date>();
  for (let chunks = 0; chunks < mostChunks; chunks += 1) {
    const text = await wholeLines(file, position);
    if (text.length === 0) break;
    for (const line of text.toString("utf8").split("\n")) {
      const entry = entryOf(line);
      if (entry === null) continue;
      if (entry.at < since && log.position === 0) since = entry.at;
      if (entry.read !== null && entry.at > (reads.get(entry.read) ?? new Date(0))) reads.set(entry.read, entry.at);
    }
    position += text.length;
  }
  const found = [...reads].map(([path, at]) => ({ path, at }));
  await worker.db.transaction((tx) => keepReads(tx, { ...log, position, since }, found));
}

/** What lies there up to the end of the last whole line; a line that is still being written waits. A longer line is passed over. */
async function wholeLines(file: FileHandle, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(chunkBytes), position });
  const end = buffer.subarray(0, bytesRead).lastIndexOf("\n") + 1;
  return buffer.subarray(0, end === 0 && bytesRead === chunkBytes ? bytesRead : end);
}
