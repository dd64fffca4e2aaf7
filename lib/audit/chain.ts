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

/**
 * sha256 over these fields in this order, each written as its length in bytes, a colon, its UTF-8 text and a comma:
 * `charter-audit-1`, tenant, noun, aggregate, seq, version, at, channel, actor, evidence, action, detail, xid, prev (hex).
 * `prev` is the hash of the same aggregate's entry before it, empty for the first. The database computes the same in
 * `charter.audit_write`. Hex.
 */
export function entryHash(entry: ExportedEntry): string {
  const fields = [
    "charter-audit-1",
    entry.tenant,
    entry.noun,
    entry.aggregate,
    String(entry.seq),
    String(entry.version),
    entry.at,
    entry.channel,
    entry.actor,
    entry.evidence,
    entry.action,
    entry.detail,
    entry.xid,
    entry.prev,
  ];
  const text = fields.map((field) => `${Buffer.byteLength(field)}:${field},`).join("");
  return hash("sha256", text);
}

/** Follows every aggregate's chain, in the order of its entries. */
export class Chains {
  readonly #heads = new Map<string, { readonly seq: number; readonly hash: string }>();

  /** Null when the entry continues its aggregate's chain, else a sentence. */
  follow(entry: ExportedEntry): string | null {
    const key = JSON.stringify([entry.tenant, entry.noun, entry.aggregate]);
    const head = this.#heads.get(key) ?? { seq: 0, hash: "" };
    this.#heads.set(key, { seq: entry.seq, hash: entry.hash });
    const name = `${entry.noun} ${entry.aggregate} entry ${entry.seq}`;
    if (entryHash(entry) !== entry.hash) return `${name} is not what was written: its hash differs.`;
    if (entry.seq !== head.seq + 1) return `${name} follows entry ${head.seq}: entries are missing or out of order.`;
    if (entry.prev !== head.hash) return `${name} does not continue the entry before it.`;
    return null;
  }
}
