import { z } from "zod";
import { type ExportedEntry, exportedEntry } from "./chain.ts";
import { type Checkpoint, checkpointLine, signedCheckpoint } from "./checkpoint.ts";

/** One line of an export: first the sealed entries by `leaf`, then the unsealed tail by noun, aggregate and seq, then checkpoints. */
export type ExportLine = { readonly entry: ExportedEntry } | { readonly checkpoint: Checkpoint };
const exportLine = z.union([
  z.strictObject({ entry: exportedEntry }),
  z.strictObject({ checkpoint: signedCheckpoint }),
]);

/** The only spelling of an entry's line; `readLine` refuses every other. */
export function entryLine(entry: ExportedEntry): string {
  const { tenant, noun, aggregate, seq, version, at, channel, actor, evidence, action, detail, xid, prev, hash, leaf } =
    entry;
  return JSON.stringify({
    entry: {
      tenant,
      noun,
      aggregate,
      seq,
      version,
      at,
      channel,
      actor,
      evidence,
      action,
      detail,
      xid,
      prev,
      hash,
      leaf,
    },
  });
}

/** Turns the rows of `streamAuditLog` into lines and hands each batch to `write`, which says when it may go on. */
export const linesTo = (write: (lines: readonly string[]) => Promise<void>) => ({
  entries: (rows: readonly unknown[]) => write(rows.map((row) => entryLine(exportedEntry.parse(row)))),
  checkpoints: (rows: readonly unknown[]) => write(rows.map((row) => checkpointLine(signedCheckpoint.parse(row)))),
});

/** Reads one line's bytes; null when they are not exactly what an export writes. */
export function readLine(bytes: Uint8Array): ExportLine | null {
  const text = utf8(bytes);
  const parsed = exportLine.safeParse(text === null ? null : json(text));
  if (!parsed.success) return null;
  const line = parsed.data;
  return ("entry" in line ? entryLine(line.entry) : checkpointLine(line.checkpoint)) === text ? line : null;
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Cuts a stream of bytes into lines. Throws nothing; an unfinished last line comes back as `unfinished`. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly unfinished: boolean }> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = all.indexOf(10); at !== -1; at = all.indexOf(10, from)) {
      yield { bytes: all.subarray(from, at), unfinished: false };
      from = at + 1;
    }
    rest = all.subarray(from);
  }
  if (rest.length > 0) yield { bytes: rest, unfinished: true };
}
