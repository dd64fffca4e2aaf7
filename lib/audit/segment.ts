import { isAscii } from "node:buffer";
import { chainKey, type ExportedEntry, entryHash, type Links, type Measure } from "./chain.ts";
import { type ExportLine, readText } from "./export.ts";
import { leafHash } from "./tree.ts";

/** What whole lines of an export tell by themselves; what follows from their order is for who joins segments. */
export interface Segment extends Links {
  readonly lines: number;
  /** How many entries; the arrays have room for more. */
  readonly entries: number;
  /** Of each entry: its line, from 0, its place in the tree (-1: unsealed) and its leaf's hash (32 bytes). */
  readonly line: Uint32Array;
  readonly leaf: Float64Array;
  readonly leafHash: Uint8Array;
  /** Lines of unsealed entries, whose order is compared as text. */
  readonly unsealed: readonly ExportedEntry[];
  /** Lines, from 0, that no export writes, and entries whose hash differs. */
  readonly faults: readonly { readonly line: number; readonly changed: string | null }[];
  /** The first checkpoint's line and the last of anything else; -1 when there is none. */
  readonly firstCheckpoint: number;
  readonly lastOther: number;
}

/** Reads whole lines, each ended by a line break but the last, which may lack it. */
export function readSegment(bytes: Uint8Array): Segment {
  const lines = linesOf(bytes);
  const reading = new Reading(lines.length, isAscii(bytes));
  for (const [number, text] of lines.entries()) reading.take(number, text);
  return reading.segment(lines.length);
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Each line's text; null where its bytes are not UTF-8. */
function linesOf(bytes: Uint8Array): readonly (string | null)[] {
  if (bytes.length === 0) return [];
  const end = bytes.at(-1) === 10 ? bytes.length - 1 : bytes.length;
  const within = Buffer.from(bytes.buffer, bytes.byteOffset, end);
  if (isAscii(within)) return within.toString("latin1").split("\n");
  return decoded(within)?.split("\n") ?? byLine(within);
}

function byLine(bytes: Buffer): (string | null)[] {
  const lines: (string | null)[] = [];
  for (let from = 0; from <= bytes.length; ) {
    const at = bytes.indexOf(10, from);
    const to = at === -1 ? bytes.length : at;
    lines.push(decoded(bytes.subarray(from, to)));
    from = to + 1;
  }
  return lines;
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** The first of a chain follows nothing; PostgreSQL counts to 2 147 483 647. */
const isLinked = ({ seq, prev }: ExportedEntry): boolean =>
  (prev === "" || (prev.length === 64 && seq > 1)) && seq <= 0x7fffffff;

const characters: Measure = (text) => text.length;

class Reading {
  readonly #measure: Measure;
  readonly #seq: Uint32Array;
  readonly #key: Int32Array;
  readonly #prev: Buffer<ArrayBuffer>;
  readonly #hash: Buffer<ArrayBuffer>;
  readonly #line: Uint32Array;
  readonly #leaf: Float64Array;
  readonly #leafHash: Uint8Array;
  readonly #unsealed: ExportedEntry[] = [];
  readonly #faults: { line: number; changed: string | null }[] = [];
  #entries = 0;
  #firstCheckpoint = -1;
  #lastOther = -1;

  constructor(most: number, ascii: boolean) {
    this.#measure = ascii ? characters : Buffer.byteLength;
    this.#seq = new Uint32Array(most);
    this.#key = new Int32Array(most * 4);
    this.#prev = Buffer.from(new ArrayBuffer(most * 32));
    this.#hash = Buffer.from(new ArrayBuffer(most * 32));
    this.#line = new Uint32Array(most);
    this.#leaf = new Float64Array(most);
    this.#leafHash = new Uint8Array(most * 32);
  }

  take(line: number, text: string | null): void {
    const read: ExportLine | null = text === null ? null : readText(text);
    if (read !== null && "checkpoint" in read) {
      if (this.#firstCheckpoint === -1) this.#firstCheckpoint = line;
      return;
    }
    if (read === null) this.#faults.push({ line, changed: null });
    else this.#entry(line, read.entry, text?.includes("\\ud") ? Buffer.byteLength : this.#measure);
    if (!text?.startsWith('{"checkpoint"')) this.#lastOther = line;
  }

  #entry(line: number, entry: ExportedEntry, measure: Measure): void {
    const i = this.#entries;
    if (!isLinked(entry) || entryHash(entry, measure) !== entry.hash)
      this.#faults.push({ line, changed: `${entry.noun} ${entry.aggregate} entry ${entry.seq}` });
    this.#seq[i] = entry.seq;
    this.#line[i] = line;
    this.#leaf[i] = entry.leaf ?? -1;
    chainKey(entry, this.#key, i * 4);
    this.#hash.write(entry.hash, i * 32, 32, "hex");
    this.#prev.write(entry.prev, i * 32, 32, "hex");
    if (entry.leaf === null) this.#unsealed.push(entry);
    else this.#leafHash.set(leafHash(this.#hash.subarray(i * 32, i * 32 + 32)), i * 32);
    this.#entries += 1;
  }

  segment(lines: number): Segment {
    return {
      ...{
        lines,
        entries: this.#entries,
        seq: this.#seq,
        line: this.#line,
        leaf: this.#leaf,
        leafHash: this.#leafHash,
      },
      key: this.#key,
      prev: new Int32Array(this.#prev.buffer),
      hash: new Int32Array(this.#hash.buffer),
      ...{ unsealed: this.#unsealed, faults: this.#faults },
      ...{ firstCheckpoint: this.#firstCheckpoint, lastOther: this.#lastOther },
    };
  }
}
