import { type ExportedEntry, exportedEntry } from "./chain.ts";
import { type Checkpoint, checkpointLine, signedCheckpoint } from "./checkpoint.ts";

/** One line of an export: first the sealed entries by `leaf`, then the unsealed tail by noun, aggregate and seq, then checkpoints. */
export type ExportLine = { readonly entry: ExportedEntry } | { readonly checkpoint: Checkpoint };

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

/** Whether these bytes begin as a checkpoint's line does; nothing else of them is looked at. */
export const isCheckpointLine = (bytes: Uint8Array): boolean => start.equals(bytes.subarray(0, start.length));
const start = Buffer.from('{"checkpoint"');

/**
 * Reads one line's bytes; null when they are not exactly what an export writes. An entry is looked at by hand: a log has
 * millions of them. That its line is spelled anew as it was says that it has these fields in this order and no other.
 */
export function readLine(bytes: Uint8Array): ExportLine | null {
  const text = utf8(bytes);
  const value = text === null ? null : json(text);
  if (!isObject(value)) return null;
  if (isEntry(value.entry)) return entryLine(value.entry) === text ? { entry: value.entry } : null;
  const checkpoint = signedCheckpoint.safeParse(value.checkpoint);
  return checkpoint.success && checkpointLine(checkpoint.data) === text ? { checkpoint: checkpoint.data } : null;
}

type Unknowns = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Unknowns => typeof value === "object" && value !== null;
const isText = (value: unknown): value is string => typeof value === "string";
const hex = /^[0-9a-f]*$/;
const isHex = (value: unknown): value is string => isText(value) && hex.test(value);
const isCount = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= least;

/** The same as the schema says, without its cost; one test compares them. */
export const isEntry = (value: unknown): value is ExportedEntry =>
  isObject(value) &&
  isText(value.tenant) &&
  isText(value.noun) &&
  isText(value.aggregate) &&
  isCount(value.seq, 1) &&
  isCount(value.version, 0) &&
  isText(value.at) &&
  isText(value.channel) &&
  isText(value.actor) &&
  isText(value.evidence) &&
  isText(value.action) &&
  isText(value.detail) &&
  isText(value.xid) &&
  isHex(value.prev) &&
  isHex(value.hash) &&
  (value.leaf === null || isCount(value.leaf, 0));

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
function utf8(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
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

export interface Cut {
  readonly bytes: Uint8Array;
  /** The stream ended before the line did. */
  readonly unfinished: boolean;
}

/** Cuts a stream of bytes into lines, as many at once as a chunk ends: a turn of the event loop for each costs more than reading it. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Cut[]> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: Cut[] = [];
    let from = 0;
    for (let at = all.indexOf(10); at !== -1; at = all.indexOf(10, from)) {
      lines.push({ bytes: all.subarray(from, at), unfinished: false });
      from = at + 1;
    }
    rest = all.subarray(from);
    yield lines;
  }
  if (rest.length > 0) yield [{ bytes: rest, unfinished: true }];
}
