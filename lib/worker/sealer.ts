import type { KeyObject } from "node:crypto";
import { appendFile, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { Db } from "#db/client.ts";
import { readTree, sealNext, sealSign } from "#db/store/seal.ts";
import { type Checkpoint, checkpointLine, signed } from "#lib/audit/checkpoint.ts";
import { readLine } from "#lib/audit/export.ts";
import { appended, rootOf } from "#lib/audit/tree.ts";

/** Where checkpoints go outside the database, so that a shortened log is seen. */
export interface Anchor {
  append(checkpoint: Checkpoint): Promise<void>;
  /** The newest one kept; null when there is none. */
  last(): Promise<Checkpoint | null>;
}

export interface Sealer {
  readonly db: Db;
  readonly key: { readonly id: string; readonly privateKey: KeyObject };
  readonly anchor: Anchor | null;
}

/** The database has less, or something else, than was anchored: it was restored or tampered with, and nothing is sealed on top. */
export class LogShortened extends Error {
  override readonly name = "LogShortened";
}

const batch = 5_000;

/**
 * Seals what has no place yet (at most 5,000 entries) and signs the tree; null when there is nothing, or another worker is at it.
 * The checkpoint is anchored after its commit; one that a crash kept from the anchor is added before the next.
 */
export async function sealOnce({ db, key, anchor }: Sealer): Promise<Checkpoint | null> {
  const anchored = (await anchor?.last()) ?? null;
  const checkpoint = await db.transaction(async (tx) => {
    refuseShortened(await readTree(tx), anchored);
    const hashes = await sealNext(tx, batch);
    if (hashes.length === 0) return null;
    const tree = await readTree(tx);
    const next = appended(tree, hashes);
    const { epoch, at, root: previous } = tree;
    const body = { size: next.size, root: rootOf(next), previous, epoch, at, key: key.id };
    const result = signed(body, key.privateKey);
    await sealSign(tx, result, next.frontier);
    return result;
  });
  if (checkpoint !== null) await anchor?.append(checkpoint);
  return checkpoint;
}

function refuseShortened(tree: { size: number; root: string; epoch: number }, anchored: Checkpoint | null): void {
  if (anchored === null) return;
  const same = anchored.size < tree.size || (anchored.size === tree.size && anchored.root === tree.root);
  if (!same || anchored.epoch > tree.epoch) {
    throw new LogShortened(
      `The anchor knows ${anchored.size} sealed audit entries, the database has ${tree.size}: it was restored or changed. Nothing is sealed until a person has compared them.`,
    );
  }
}

/** Seals every `everyMs` (3 s) until `signal` aborts; faults go to `report` and the next round tries again. */
export async function runSealer(
  sealer: Sealer,
  loop: { readonly signal: AbortSignal; readonly report: (fault: unknown) => void; readonly everyMs?: number },
): Promise<void> {
  while (!loop.signal.aborted) {
    try {
      const checkpoint = await sealOnce(sealer);
      if (checkpoint !== null) continue;
    } catch (fault) {
      loop.report(fault);
    }
    await pause(loop.everyMs ?? 3_000, undefined, { signal: loop.signal }).catch(stopped);
  }
}

/** The pause was cut short by the signal; the loop's condition ends it. */
function stopped(): void {}

/** An anchor in a file, one checkpoint a line. The file should lie on another machine's disk. */
export function fileAnchor(file: string): Anchor {
  return {
    append: (checkpoint) => appendFile(file, `${checkpointLine(checkpoint)}\n`, { mode: 0o600, flush: true }),
    async last() {
      const lines = (await contentOf(file)).trimEnd().split("\n");
      const line = readLine(Buffer.from(lines.at(-1) ?? ""));
      if (line !== null && "checkpoint" in line) return line.checkpoint;
      if (lines.length === 1 && lines[0] === "") return null;
      throw new LogShortened(`The last line of the anchor ${file} is not a checkpoint.`);
    },
  };
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
