import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { entryHash } from "#lib/audit/chain.ts";
import { checkpointLine, signed } from "#lib/audit/checkpoint.ts";
import { entryLine } from "#lib/audit/export.ts";
import { appended, emptyTree, rootOf } from "#lib/audit/tree.ts";
import { parsed, verifiedEntries } from "./audit.ts";
import { type Line, timed } from "./measure.ts";

/** Entries of one aggregate, one after the other; and how many are sealed at once, as the worker does. */
const each = 10;
const sealed = 5_000;

/**
 * An export of `count` entries, in chains of ten, sealed and signed, is written as the database's would be and verified offline, beside
 * reading and parsing it; bound 60 s for 10,000,000. The log is made here, not in PostgreSQL, where that many take an hour.
 */
export async function benchLongLog(count: number): Promise<readonly Line[]> {
  const keys = generateKeyPairSync("ed25519");
  const file = join(tmpdir(), `charter-bench-${randomUUID()}.jsonl`);
  try {
    await writeLog(file, { count, key: keys.privateKey });
    const read = await timed(() => parsed(file));
    let entries = 0;
    const verified = await timed(async () => {
      entries = await verifiedEntries(file, keys.publicKey);
    });
    if (entries !== count) throw new Error(`Of ${count} entries ${entries} were verified.`);
    const peer = { name: "json-parse-alone-s", value: read / 1000 };
    return [
      { name: `audit.verify-${count}`, value: verified / 1000, unit: "s", peer, also: { entries, "bound-s": 60 } },
    ];
  } finally {
    rmSync(file, { force: true });
  }
}

async function writeLog(file: string, of: { readonly count: number; readonly key: KeyObject }): Promise<void> {
  const out = createWriteStream(file, { highWaterMark: 1 << 22 });
  const write = async (lines: readonly string[]) => {
    if (!out.write(`${lines.join("\n")}\n`)) await once(out, "drain");
  };
  const checkpoints: string[] = [];
  let tree = emptyTree;
  let previous = rootOf(tree);
  const next = entries();
  while (tree.size < of.count) {
    const some = Array.from({ length: Math.min(sealed, of.count - tree.size) }, () => next());
    await write(some.map(entryLine));
    tree = appended(
      tree,
      some.map(({ hash }) => hash),
    );
    const root = rootOf(tree);
    const at = "2026-11-30T12:00:00.000000Z";
    checkpoints.push(checkpointLine(signed({ size: tree.size, root, previous, epoch: 1, at, key: "bench" }, of.key)));
    previous = root;
  }
  await write(checkpoints);
  out.end();
  await finished(out);
}

/** Each call gives the log's next entry. */
function entries() {
  let leaf = 0;
  let aggregate = "";
  let prev = "";
  return () => {
    if (leaf % each === 0) [aggregate, prev] = [randomUUID(), ""];
    const seq = (leaf % each) + 1;
    const entry = {
      ...{ tenant: "main", noun: "step", aggregate, seq, version: seq, at: "2026-11-30T11:59:59.123456Z" },
      ...{ channel: "charter_worker", actor: "System", evidence: "worker", action: "step.sent" },
      detail: `{"name": "create-user", "fence": ${seq}, "intent": "${aggregate}", "undoing": false}`,
      ...{ xid: String(100_000 + leaf), prev, hash: "", leaf },
    };
    const whole = { ...entry, hash: entryHash(entry) };
    prev = whole.hash;
    leaf += 1;
    return whole;
  };
}
