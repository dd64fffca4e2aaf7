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
  checkpoints: (rows: readonly Record<string, unknown>[]) =>
    write(
      rows.map(({ raised, ...row }) =>
        checkpointLine(signedCheckpoint.parse(raised === null ? row : { ...row, raised })),
      ),
    ),
});

// A JSON text as `JSON.stringify` spells it that needs no escape, and one in which only quotes are escaped.
const plain = String.raw`"([^"\\\x00-\x1f]*)"`;
const quoted = String.raw`"((?:[^"\\\x00-\x1f]|\\")*)"`;
const count = "(0|[1-9][0-9]{0,14})";
const words = (names: readonly string[]) => names.map((name) => `"${name}":${plain}`).join(",");
const commonEntry = new RegExp(
  `^\\{"entry":\\{${words(["tenant", "noun", "aggregate"])},"seq":([1-9][0-9]{0,14}),"version":${count},${words(["at", "channel", "actor", "evidence", "action"])},"detail":${quoted},"xid":${plain},"prev":"([0-9a-f]*)","hash":"([0-9a-f]*)","leaf":(null|0|[1-9][0-9]{0,14})\\}\\}$`,
);

/**
 * The entry of a line that is spelled as nearly all are, without an escape but for the quotes of its detail; null says nothing.
 * It costs a third of `JSON.parse` and spelling the line anew, and a test compares the two.
 */
function commonlySpelled(text: string): ExportedEntry | null {
  const found = commonEntry.exec(text);
  if (found === null) return null;
  const group = (place: number) => found[place] ?? "";
  return {
    tenant: group(1),
    noun: group(2),
    aggregate: group(3),
    seq: Number(group(4)),
    version: Number(group(5)),
    at: group(6),
    channel: group(7),
    actor: group(8),
    evidence: group(9),
    action: group(10),
    detail: group(11).replaceAll('\\"', '"'),
    xid: group(12),
    prev: group(13),
    hash: group(14),
    leaf: group(15) === "null" ? null : Number(group(15)),
  };
}

/**
 * Reads one line; null when it is not exactly what an export writes. An entry is looked at by hand: a log has millions of them.
 * That its line is spelled anew as it was says that it has these fields in this order and no other.
 */
export function readText(text: string): ExportLine | null {
  const common = commonlySpelled(text);
  if (common !== null) return { entry: common };
  const value = json(text);
  if (!isObject(value)) return null;
  if (isEntry(value.entry)) return entryLine(value.entry) === text ? { entry: value.entry } : null;
  return checkpointOf(value, text);
}

/** A checkpoint's line; null when it is anything else. */
export function readCheckpoint(text: string): Checkpoint | null {
  const value = json(text);
  return isObject(value) ? (checkpointOf(value, text)?.checkpoint ?? null) : null;
}

function checkpointOf(value: Unknowns, text: string): { readonly checkpoint: Checkpoint } | null {
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

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
