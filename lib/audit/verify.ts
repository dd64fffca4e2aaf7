import type { KeyObject } from "node:crypto";
import { Chains, type ExportedEntry } from "./chain.ts";
import { type Checkpoint, isSigned } from "./checkpoint.ts";
import { readCheckpoint } from "./export.ts";
import { readSegment, type Segment } from "./segment.ts";
import { ofRaise } from "./succession.ts";
import { emptyTree, GrowingTree, rootOf } from "./tree.ts";

/** What an export proves. It is sound when `faults` is empty; the unsealed tail is only chained, not signed. */
export interface Report {
  readonly sealed: number;
  readonly unsealed: number;
  readonly checkpoints: number;
  /** Epochs that were raised, each in a sentence: what was given up after which restore, and why. */
  readonly raised: readonly string[];
  /** Sentences, at most 20, in the order of the file. */
  readonly faults: readonly string[];
}

/** An export: its bytes from any place on. */
export interface Source {
  readonly size: number;
  read(from: number): AsyncIterable<Uint8Array>;
}

export interface Evidence {
  readonly source: Source;
  /** Public half of the worker's checkpoint key. */
  readonly key: KeyObject;
  /** Checkpoints kept outside the database. Without them a tail dropped together with its checkpoints cannot be seen. */
  readonly anchored: readonly Checkpoint[];
  /** Reads segments; `readSegment` here and now, unless other threads do. */
  readonly reader?: Reader;
}

/** Reads segments, several at a time where it can: `ahead` are under way at once. */
export interface Reader {
  readonly ahead: number;
  read(bytes: Uint8Array): Promise<Segment>;
}

const here: Reader = { ahead: 1, read: async (bytes) => readSegment(bytes) };
const most = 20;

/** Recomputes every hash, chain, place, root and signature of an export, from nothing but the export and the public key. */
export async function verifyExport(evidence: Evidence): Promise<Report> {
  const faults: string[] = [];
  const fault = (sentence: string) => void (faults.length < most && faults.push(sentence));
  const { source, anchored, key, reader = here } = evidence;
  const checkpoints = await checkpointsOf(source);
  checkSignatures([...checkpoints, ...anchored], key, fault);
  checkSuccession(checkpoints, fault);
  const log = new Log([...checkpoints, ...stillHeld(anchored, checkpoints, fault)], fault);
  for await (const { segment, unfinished } of segments(source, reader)) {
    log.take(segment);
    if (unfinished) fault(`Line ${log.lines} is not as it was exported.`);
  }
  log.end(checkpoints.at(-1)?.size ?? 0);
  const raised = checkpoints.flatMap((checkpoint, i) => toldRaise(checkpoint, checkpoints[i - 1]?.size ?? 0));
  return { sealed: log.tree.size, unsealed: log.unsealed, checkpoints: checkpoints.length, raised, faults };
}

type Fault = (sentence: string) => void;

/** The checkpoints that end the file, read from behind: as much as holds something else before them. */
async function checkpointsOf(source: Source): Promise<readonly Checkpoint[]> {
  for (let length = 1 << 16; ; length *= 8) {
    const from = Math.max(0, source.size - length);
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.read(from)) chunks.push(chunk);
    const lines = Buffer.concat(chunks).toString("utf8").split("\n");
    const known = from === 0 ? lines : lines.slice(1);
    const last = known.findLastIndex((line) => line !== "" && !line.startsWith('{"checkpoint"'));
    if (last === -1 && from > 0) continue;
    return known.slice(last + 1).flatMap((line) => readCheckpoint(line) ?? []);
  }
}

function checkSignatures(checkpoints: readonly Checkpoint[], key: KeyObject, fault: Fault): void {
  for (const checkpoint of checkpoints) {
    if (!isSigned(checkpoint, key)) fault(`The checkpoint at ${checkpoint.size} was not signed by this key.`);
  }
}

/** Each continues the one before it in its epoch; a larger epoch is named by what was given up for it, and only by its first. */
function checkSuccession(checkpoints: readonly Checkpoint[], fault: Fault): void {
  let before = { size: 0, root: rootOf(emptyTree), epoch: 1 };
  for (const checkpoint of checkpoints) {
    const { size, epoch, previous, raised } = checkpoint;
    if (previous !== before.root || size <= before.size || epoch < before.epoch)
      fault(`The checkpoint at ${size} does not continue the one at ${before.size}.`);
    if (epoch > before.epoch && raised?.epoch !== epoch - 1)
      fault(`The checkpoint at ${size} is of epoch ${epoch} and does not say what became of epoch ${before.epoch}.`);
    if (epoch === before.epoch && raised !== undefined)
      fault(`The checkpoint at ${size} says that it begins epoch ${epoch}, which had begun.`);
    before = checkpoint;
  }
}

/** Those anchored checkpoints that this log must hold. One of an ended epoch may have been given up, if the raise names it. */
function stillHeld(anchored: readonly Checkpoint[], log: readonly Checkpoint[], fault: Fault): readonly Checkpoint[] {
  const epoch = log.at(-1)?.epoch ?? 1;
  return anchored.filter((one) => {
    const end = log.findIndex((checkpoint) => checkpoint.epoch > one.epoch);
    const raise = log[end];
    if (one.epoch > epoch)
      fault(`The anchor is in epoch ${one.epoch}, the log still in epoch ${epoch}: it is an older one.`);
    if (raise === undefined || one.size <= (log[end - 1]?.size ?? 0)) return true;
    const why = ofRaise(one, raise);
    if (why !== null) fault(why);
    return false;
  });
}

const toldRaise = ({ raised, epoch, at }: Checkpoint, kept: number): readonly string[] =>
  raised === undefined
    ? []
    : [
        `Epoch ${epoch} was begun on ${at}: of ${raised.size} sealed entries of epoch ${raised.epoch} the log kept those up to ${kept}. Reason given: ${raised.why}`,
      ];

interface Cut {
  readonly bytes: Uint8Array;
  readonly unfinished: boolean;
}

/** Whole lines, as many as came together; the last cut may lack its line break. */
async function* cuts(source: Source): AsyncGenerator<Cut> {
  let rest: readonly Uint8Array[] = [];
  for await (const chunk of source.read(0)) {
    const end = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).lastIndexOf(10) + 1;
    if (end === 0) {
      rest = [...rest, chunk];
      continue;
    }
    yield { bytes: joined([...rest, chunk.subarray(0, end)]), unfinished: false };
    rest = end === chunk.length ? [] : [chunk.subarray(end)];
  }
  if (rest.length > 0) yield { bytes: joined(rest), unfinished: true };
}

/** In memory of its own, which can be handed to another thread. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Every segment in the order of the file, `reader.ahead` of them being read while one is taken. */
async function* segments(source: Source, reader: Reader) {
  const ahead: Promise<{ readonly segment: Segment; readonly unfinished: boolean }>[] = [];
  for await (const { bytes, unfinished } of cuts(source)) {
    ahead.push(reader.read(bytes).then((segment) => ({ segment, unfinished })));
    const due = ahead.length >= reader.ahead ? ahead.shift() : undefined;
    if (due !== undefined) yield await due;
  }
  for (const due of ahead) yield await due;
}

/** The entries, in the order of the tree and then the unsealed tail, and the roots that were signed. */
class Log {
  readonly tree = new GrowingTree();
  lines = 0;
  unsealed = 0;
  readonly #chains = new Chains();
  readonly #expected = new Map<number, string[]>();
  readonly #fault: Fault;
  #last: ExportedEntry | null = null;
  /** Whether an unsealed entry has come: no sealed one may follow. */
  #tail = false;
  #checkpoints = false;

  constructor(checkpoints: readonly Checkpoint[], fault: Fault) {
    this.#fault = fault;
    for (const { size, root } of checkpoints) this.#expected.set(size, [...(this.#expected.get(size) ?? []), root]);
  }

  take(segment: Segment): void {
    for (const { line, changed } of segment.faults)
      this.#fault(
        changed === null
          ? `Line ${this.lines + line + 1} is not as it was exported.`
          : `Line ${this.lines + line + 1}: ${changed} is not what was written: its hash differs.`,
      );
    const { firstCheckpoint, lastOther } = segment;
    if (this.#checkpoints ? lastOther !== -1 : firstCheckpoint !== -1 && lastOther > firstCheckpoint)
      this.#fault(`Line ${this.lines + lastOther + 1} is an entry after a checkpoint.`);
    this.#checkpoints ||= firstCheckpoint !== -1;
    for (let i = 0; i < segment.entries; i += 1) this.#entry(segment, i);
    for (const entry of segment.unsealed) this.#takeUnsealed(entry);
    this.lines += segment.lines;
  }

  #entry(segment: Segment, i: number): void {
    const line = () => `Line ${this.lines + (segment.line[i] ?? 0) + 1}`;
    const broken = this.#chains.follow(segment, i);
    if (broken === "missing")
      this.#fault(`${line()} is entry ${segment.seq[i]} of its chain: entries before it are missing or out of order.`);
    if (broken === "broken") this.#fault(`${line()} does not continue the entry before it.`);
    const leaf = segment.leaf[i] ?? -1;
    if (leaf === -1) {
      this.#tail = true;
      return;
    }
    if (leaf !== this.tree.size || this.#tail)
      this.#fault(
        `${line()}: place ${leaf} of the log comes where place ${this.tree.size} is due: entries are missing or moved.`,
      );
    this.tree.push(segment.leafHash.subarray(i * 32, i * 32 + 32));
    this.#compare();
  }

  #takeUnsealed(entry: ExportedEntry): void {
    if (this.#last !== null && order(this.#last, entry) >= 0)
      this.#fault(`${entry.noun} ${entry.aggregate} entry ${entry.seq} of the unsealed tail is out of order.`);
    this.#last = entry;
    this.unsealed += 1;
  }

  #compare(): void {
    const roots = this.#expected.get(this.tree.size);
    if (roots === undefined) return;
    this.#expected.delete(this.tree.size);
    const root = this.tree.root();
    if (roots.some((signed) => signed !== root))
      this.#fault(`The first ${this.tree.size} entries are not those that were signed.`);
  }

  end(signedSize: number): void {
    if (signedSize < this.tree.size)
      this.#fault(`No checkpoint signs the entries from place ${signedSize} on, though they have their place.`);
    for (const size of this.#expected.keys())
      this.#fault(`A checkpoint signs ${size} entries; ${size - this.tree.size} of them are missing.`);
  }
}

const order = (a: ExportedEntry, b: ExportedEntry): number =>
  Buffer.compare(Buffer.from(a.noun), Buffer.from(b.noun)) ||
  Buffer.compare(Buffer.from(a.aggregate), Buffer.from(b.aggregate)) ||
  a.seq - b.seq;
