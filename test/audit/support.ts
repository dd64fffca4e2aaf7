import { generateKeyPairSync, randomUUID } from "node:crypto";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import type { Checkpoint } from "#lib/audit/checkpoint.ts";
import { type Report, type Source, verifyExport } from "#lib/audit/verify.ts";
import type { Anchor } from "#lib/worker/anchors.ts";
import { exportAuditLog } from "#lib/worker/commands/audit-export.ts";

export const keys = generateKeyPairSync("ed25519");
export const key = { id: "c1", privateKey: keys.privateKey };

export interface TestEntry {
  readonly noun: string;
  readonly id: string;
  readonly version: number;
  readonly action: string;
  readonly detail?: object;
}

/** Appends as the worker's facts do. */
export const append = async (db: Queries, ...entries: readonly TestEntry[]) =>
  await db.execute(
    sql`select charter.audit_append(${JSON.stringify(entries.map((e) => ({ actor: "System", evidence: "worker", detail: {}, ...e })))}::jsonb)`,
  );

/** An entry of an aggregate nobody else writes. */
export const anyEntry = (detail: object = {}): TestEntry => ({
  noun: "target",
  id: randomUUID(),
  version: 1,
  action: "target.checked",
  detail,
});

export async function exported(url: string): Promise<Buffer> {
  const out = new PassThrough();
  const [bytes] = await Promise.all([buffer(out), exportAuditLog(url, out).then(() => out.end())]);
  return bytes;
}

export const verified = (bytes: Uint8Array, anchored: readonly Checkpoint[] = []): Promise<Report> =>
  verifyExport({ source: sourceOf(bytes), key: keys.publicKey, anchored });

export const sourceOf = (bytes: Uint8Array): Source => ({
  size: bytes.length,
  read: (from) => chunksOf(bytes.subarray(from)),
});

/** Odd sizes, so that lines and characters are cut. */
async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997);
}

export function memoryAnchor(): Anchor & { readonly kept: Checkpoint[] } {
  const kept: Checkpoint[] = [];
  return { kept, append: async (checkpoint) => void kept.push(checkpoint), last: async () => kept.at(-1) ?? null };
}
