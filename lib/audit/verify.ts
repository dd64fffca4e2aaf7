import type { KeyObject } from "node:crypto";
import { Chains, type ExportedEntry } from "./chain.ts";
import { type Checkpoint, isSigned } from "./checkpoint.ts";
import { isCheckpointLine, linesOf, readLine } from "./export.ts";
import { appended, emptyTree, rootOf, type Tree } from "./tree.ts";

/** What an export proves. It is sound when `faults` is empty; the unsealed tail is only chained, not signed. */
export interface Report {
  readonly sealed: number;
  readonly unsealed: number;
  readonly checkpoints: number;
  /** Sentences, at most 20, the first in the file first. */
  readonly faults: readonly string[];
}

export interface Evidence {
  /** Reads the export from its start; called twice, so that a log larger than memory can be verified. */
  readonly read: () => AsyncIterable<Uint8Array>;
  /** Public half of the worker's checkpoint key. */
  readonly key: KeyObject;
  /** Checkpoints kept outside the database. Without them a tail dropped together with its checkpoints cannot be seen. */
  readonly anchored: readonly Checkpoint[];
}

const most = 20;

/** Recomputes every hash, chain, place, root and signature of an export, from nothing but the export and the public key. */
export async function verifyExport(evidence: Evidence): Promise<Report> {
  const faults: string[] = [];
  const fault = (sentence: string) => void (faults.length < most && faults.push(sentence));
  const checkpoints = await checkpointsOf(evidence, fault);
  checkSignatures([...checkpoints, ...evidence.anchored], evidence.key, fault);
  checkSuccession(checkpoints, fault);
  const log = new Log([...checkpoints, ...evidence.anchored], fault);
  let number = 0;
  for await (const lines of linesOf(evidence.read())) {
    for (const { bytes, unfinished } of lines) {
      number += 1;
      const line = readLine(bytes);
      if (line === null || unfinished) fault(`Line ${number} is not as it was exported.`);
      if (line !== null && "entry" in line) log.take(line.entry);
    }
  }
  log.end(checkpoints.at(-1)?.size ?? 0);
  return { sealed: log.tree.size, unsealed: log.unsealed, checkpoints: checkpoints.length, faults };
}

type Fault = (sentence: string) => void;

/** First reading: checkpoints come last; they are returned. */
async function checkpointsOf(evidence: Evidence, fault: Fault): Promise<readonly Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  let number = 0;
  for await (const lines of linesOf(evidence.read())) {
    for (const { bytes } of lines) {
      number += 1;
      if (isCheckpointLine(bytes)) {
        const line = readLine(bytes);
        if (line !== null && "checkpoint" in line) checkpoints.push(line.checkpoint);
      } else if (checkpoints.length > 0) fault(`Line ${number} is an entry after a checkpoint.`);
    }
  }
  return checkpoints;
}

function checkSignatures(checkpoints: readonly Checkpoint[], key: KeyObject, fault: Fault): void {
  for (const checkpoint of checkpoints) {
    if (!isSigned(checkpoint, key)) fault(`The checkpoint at ${checkpoint.size} was not signed by this key.`);
  }
}

function checkSuccession(checkpoints: readonly Checkpoint[], fault: Fault): void {
  let before = { size: 0, root: rootOf(emptyTree), epoch: 1 };
  for (const checkpoint of checkpoints) {
    if (checkpoint.previous !== before.root || checkpoint.size <= before.size || checkpoint.epoch < before.epoch) {
      fault(`The checkpoint at ${checkpoint.size} does not continue the one at ${before.size}.`);
    }
    before = checkpoint;
  }
}

/** Second reading: every line is well formed; the entries, in the order of the tree and then the unsealed tail. */
class Log {
  tree: Tree = emptyTree;
  unsealed = 0;
  readonly #chains = new Chains();
  readonly #expected = new Map<number, string[]>();
  readonly #fault: Fault;
  #last: ExportedEntry | null = null;

  constructor(checkpoints: readonly Checkpoint[], fault: Fault) {
    this.#fault = fault;
    for (const { size, root } of checkpoints) this.#expected.set(size, [...(this.#expected.get(size) ?? []), root]);
  }

  take(entry: ExportedEntry): void {
    const broken = this.#chains.follow(entry);
    if (broken !== null) this.#fault(broken);
    if (entry.leaf === null) this.#takeUnsealed(entry);
    else this.#takeSealed(entry, entry.leaf);
  }

  #takeSealed(entry: ExportedEntry, leaf: number): void {
    if (leaf !== this.tree.size || this.unsealed > 0) {
      this.#fault(`Place ${leaf} of the log comes where place ${this.tree.size} is due: entries are missing or moved.`);
    }
    this.tree = appended(this.tree, [entry.hash]);
    this.#compare();
  }

  #takeUnsealed(entry: ExportedEntry): void {
    if (this.#last !== null && order(this.#last, entry) >= 0) {
      this.#fault(`${entry.noun} ${entry.aggregate} entry ${entry.seq} of the unsealed tail is out of order.`);
    }
    this.#last = entry;
    this.unsealed += 1;
  }

  #compare(): void {
    const roots = this.#expected.get(this.tree.size);
    if (roots === undefined) return;
    this.#expected.delete(this.tree.size);
    const root = rootOf(this.tree);
    if (roots.some((signed) => signed !== root)) {
      this.#fault(`The first ${this.tree.size} entries are not those that were signed.`);
    }
  }

  end(signedSize: number): void {
    if (signedSize < this.tree.size) {
      this.#fault(`No checkpoint signs the entries from place ${signedSize} on, though they have their place.`);
    }
    for (const size of this.#expected.keys()) {
      this.#fault(`A checkpoint signs ${size} entries; ${size - this.tree.size} of them are missing.`);
    }
  }
}

const order = (a: ExportedEntry, b: ExportedEntry): number =>
  Buffer.compare(Buffer.from(a.noun), Buffer.from(b.noun)) ||
  Buffer.compare(Buffer.from(a.aggregate), Buffer.from(b.aggregate)) ||
  a.seq - b.seq;
