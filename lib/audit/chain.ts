import { hash } from "node:crypto";
import { z } from "zod";

const hex = z.string().regex(/^[0-9a-f]*$/);

/**
 * One entry as exported. `detail` is the stored JSON's text, byte for byte, because its bytes are hashed; `at` is UTC with six
 * decimals; `xid` is the transaction that wrote it; `leaf` is null until it is sealed. Source: table audit_entries.
 */
export const exportedEntry = z.strictObject({
  tenant: z.string(),
  noun: z.string(),
  aggregate: z.string(),
  seq: z.int().positive(),
  version: z.int().nonnegative(),
  at: z.string(),
  channel: z.string(),
  actor: z.string(),
  evidence: z.string(),
  action: z.string(),
  detail: z.string(),
  xid: z.string(),
  prev: hex,
  hash: hex,
  leaf: z.int().nonnegative().nullable(),
});
export type ExportedEntry = z.infer<typeof exportedEntry>;

/** How many bytes a text has in UTF-8. */
export type Measure = (text: string) => number;

/**
 * sha256 over these fields in this order, each written as its length in bytes, a colon, its UTF-8 text and a comma:
 * `charter-audit-1`, tenant, noun, aggregate, seq, version, at, channel, actor, evidence, action, detail, xid, prev (hex).
 * `prev` is the hash of the same aggregate's entry before it, empty for the first. The database computes the same in
 * `charter.audit_write`. Hex. Who knows that a text is ASCII may measure it by its characters.
 */
export function entryHash(e: ExportedEntry, measure: Measure = Buffer.byteLength): string {
  const seq = String(e.seq);
  const version = String(e.version);
  return hash(
    "sha256",
    `15:charter-audit-1,${measure(e.tenant)}:${e.tenant},${measure(e.noun)}:${e.noun},${measure(e.aggregate)}:${e.aggregate},` +
      `${seq.length}:${seq},${version.length}:${version},${measure(e.at)}:${e.at},${measure(e.channel)}:${e.channel},` +
      `${measure(e.actor)}:${e.actor},${measure(e.evidence)}:${e.evidence},${measure(e.action)}:${e.action},` +
      `${measure(e.detail)}:${e.detail},${measure(e.xid)}:${e.xid},${e.prev.length}:${e.prev},`,
  );
}

/** Where an entry stands in its aggregate's chain, as bytes: four words that stand for the aggregate, 32 of `prev` and of `hash`. */
export interface Links {
  readonly seq: Uint32Array;
  readonly key: Int32Array;
  readonly prev: Int32Array;
  readonly hash: Int32Array;
}

/**
 * Four words that stand for an entry's aggregate, alike for two aggregates once in 2^64 logs of millions. Somebody could make two
 * that are alike, and gain nothing: sealed entries are held by the tree, and the unsealed tail is no more than chained.
 */
export function chainKey({ tenant, noun, aggregate }: ExportedEntry, into: Int32Array, at: number): void {
  const text = `${tenant.length}:${noun.length}:${tenant}${noun}${aggregate}`;
  let [a, b, c, d] = [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193) ^ (d >>> 15);
    b = Math.imul(b ^ code, 0x5bd1e995) ^ (a >>> 13);
    c = Math.imul(c ^ code, 0x1b873593) ^ (b >>> 16);
    d = Math.imul(d ^ code, 0xcc9e2d51 | 0) ^ (c >>> 14);
  }
  into[at] = a;
  into[at + 1] = b;
  into[at + 2] = c;
  into[at + 3] = d;
}

const width = 9;

/**
 * The head of every aggregate's chain: a hash table in one flat array of 36 bytes a place, because a log has millions. Of hashes
 * the first 16 bytes are kept.
 */
export class Chains {
  #places = 1 << 12;
  #used = 0;
  #table = new Int32Array(this.#places * width);

  /** Follows the chain of entry `i`; null when it continues it, else what is wrong. Entries come in the order of the log. */
  follow(links: Links, i: number): "missing" | "broken" | null {
    const at = this.#find(links.key, i * 4);
    const table = this.#table;
    const seq = links.seq[i] ?? 0;
    const before = (table[at + 8] ?? 0) >>> 0;
    const continues = same4(table, at + 4, { of: links.prev, from: i * 8 });
    if (before === 0) this.#used += 1;
    table.set(links.key.subarray(i * 4, i * 4 + 4), at);
    table.set(links.hash.subarray(i * 8, i * 8 + 4), at + 4);
    table[at + 8] = seq;
    if (this.#used * 5 > this.#places * 3) this.#grow();
    if (seq !== before + 1) return "missing";
    return continues ? null : "broken";
  }

  /** The place of this key, or the free one where it belongs. */
  #find(keys: Int32Array, from: number): number {
    const mask = this.#places - 1;
    for (let place = (keys[from] ?? 0) & mask; ; place = (place + 1) & mask) {
      const at = place * width;
      if (this.#table[at + 8] === 0 || same4(this.#table, at, { of: keys, from })) return at;
    }
  }

  #grow(): void {
    const old = this.#table;
    this.#places *= 2;
    this.#table = new Int32Array(this.#places * width);
    for (let at = 0; at < old.length; at += width)
      if (old[at + 8] !== 0) this.#table.set(old.subarray(at, at + width), this.#find(old, at));
  }
}

const same4 = (
  a: Int32Array,
  at: number,
  { of: b, from }: { readonly of: Int32Array; readonly from: number },
): boolean => a[at] === b[from] && a[at + 1] === b[from + 1] && a[at + 2] === b[from + 2] && a[at + 3] === b[from + 3];
