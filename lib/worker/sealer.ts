import type { KeyObject } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Db, Queries } from "#db/client.ts";
import { awaitsSeal, readHeld, readNewestCheckpoint, readTree, sealNext, sealSign } from "#db/store/seal.ts";
import { type Checkpoint, signed } from "#lib/audit/checkpoint.ts";
import { whyNotAnchored } from "#lib/audit/succession.ts";
import { appended, rootOf } from "#lib/audit/tree.ts";
import { type Anchor, AnchorUnreadable } from "./anchors.ts";
import type { Standing } from "./standing.ts";

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
const mend = "Restore a newer backup, or name what was lost: npm run audit:epoch -- --why REASON.";

/**
 * Compares the anchor with the log, then hands the anchor what a crash or its own silence kept from it. Throws `LogShortened`
 * with a sentence and its mend when the log is not the one that was anchored.
 */
export async function compareAnchor({ db, anchor }: Pick<Sealer, "db" | "anchor">): Promise<void> {
  const anchored = (await anchor?.last()) ?? null;
  if (anchored !== null) {
    const why = await whyNotHeld(db, anchored);
    if (why !== null) throw new LogShortened(`${why} Nothing is sealed or done until a person has looked. ${mend}`);
  }
  const newest = await readNewestCheckpoint(db);
  if (newest !== null && !isSame(newest, anchored)) await anchor?.append(newest);
}

async function whyNotHeld(db: Queries, anchored: Checkpoint): Promise<string | null> {
  const tree = await readTree(db);
  return whyNotAnchored(anchored, { ...tree, ...(await readHeld(db, anchored)) });
}

const isSame = (a: Checkpoint, b: Checkpoint | null): boolean =>
  b !== null && a.epoch === b.epoch && a.size === b.size && a.root === b.root;

/**
 * Seals what has no place yet (at most 5,000 entries) and signs the tree; null when there is nothing, or another worker is at it.
 * The checkpoint is anchored after its commit; one that a crash kept from the anchor is added before the next.
 */
export async function sealOnce(sealer: Sealer): Promise<Checkpoint | null> {
  const { db, key, anchor } = sealer;
  if (!(await awaitsSeal(db))) return null;
  await compareAnchor(sealer);
  const checkpoint = await db.transaction(async (tx) => {
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

interface Sealing {
  readonly signal: AbortSignal;
  readonly standing: Standing;
  readonly report: (fault: unknown) => void;
  readonly everyMs?: number;
}

/**
 * Compares once, then seals every `everyMs` (3 s) until `signal` aborts. A log that is not the anchored one halts the worker until
 * it is again, or its epoch was raised; other faults go to `report` and the next round tries again.
 */
export async function runSealer(sealer: Sealer, loop: Sealing): Promise<void> {
  while (!loop.signal.aborted) {
    try {
      if (loop.standing.halted !== null) await begin(sealer, loop.standing);
      if ((await sealOnce(sealer)) !== null) continue;
    } catch (fault) {
      if (isAlarm(fault)) loop.standing.halt(fault.message);
      loop.report(fault);
    }
    await pause(loop.everyMs ?? 3_000, undefined, { signal: loop.signal }).catch(stopped);
  }
}

const isAlarm = (fault: unknown): fault is Error => fault instanceof LogShortened || fault instanceof AnchorUnreadable;

/** An anchor that does not answer at the start leaves the worker halted and says so; later it only delays sealing. */
async function begin(sealer: Sealer, standing: Standing): Promise<void> {
  try {
    await compareAnchor(sealer);
    standing.clear();
  } catch (fault) {
    if (!isAlarm(fault))
      standing.halt(
        "The audit anchor does not answer: until the log was compared with it, nothing is done. Make it reachable.",
      );
    throw fault;
  }
}

/** The pause was cut short by the signal; the loop's condition ends it. */
function stopped(): void {}
