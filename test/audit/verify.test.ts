import { generateKeyPairSync, randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ExportedEntry, entryHash } from "#lib/audit/chain.ts";
import { entryLine } from "#lib/audit/export.ts";
import { verifyExport } from "#lib/audit/verify.ts";
import { sealOnce } from "#lib/worker/sealer.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { anyEntry, append, exported, key, keys, memoryAnchor, sourceOf, verified } from "./support.ts";

const sealed = 130;
const unsealed = 5;
let t: TestDatabase;
let log: Buffer;
let lines: string[];
const anchor = memoryAnchor();

beforeAll(async () => {
  t = await testDatabase();
  const long = randomUUID();
  for (let i = 0; i < sealed; i++) {
    const entry = anyEntry({ turn: i, note: "é ✓ 🦊 \u0007" });
    await append(t.worker, i % 3 === 0 ? { ...entry, id: long } : entry);
    if (i % 20 === 19 || i === sealed - 1) await sealOnce({ db: t.worker, key, anchor });
  }
  for (let i = 0; i < unsealed; i++) await append(t.worker, anyEntry());
  log = await exported(t.auditorUrl);
  lines = log.toString("utf8").trimEnd().split("\n");
});
afterAll(() => t.close());

const fileOf = (kept: readonly string[]) => Buffer.from(`${kept.join("\n")}\n`);
const checkpoints = () => lines.filter((line) => line.startsWith('{"checkpoint"'));
const entries = () => lines.filter((line) => line.startsWith('{"entry"'));
const leafOf = (line: string): number => JSON.parse(line).entry.leaf ?? Number.POSITIVE_INFINITY;
const entryOf = (line: string): ExportedEntry => JSON.parse(line).entry;

/** What someone who can write the database but lacks the key makes of an entry. */
function forge(line: string, change: Partial<ExportedEntry>): string {
  const entry = { ...entryOf(line), ...change };
  return entryLine({ ...entry, hash: entryHash(entry) });
}

describe("verifyExport", () => {
  it("finds an untouched log sound and names the unsealed tail", async () => {
    expect(await verified(log, anchor.kept)).toEqual({ sealed, unsealed, checkpoints: 7, raised: [], faults: [] });
  });

  it("finds every flipped bit that is tried, anywhere in the file", async () => {
    const flips = fc.record({ at: fc.nat(log.length - 1), bit: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(flips, async ({ at, bit }) => {
        const changed = Buffer.from(log);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        return (await verified(changed)).faults.length > 0;
      }),
      { numRuns: 300 },
    );
  });

  it("finds every flipped byte of one entry and one checkpoint", async () => {
    const small = Buffer.from(`${[...entries().slice(0, 20), checkpoints()[0]].join("\n")}\n`);
    expect((await verified(small)).faults).toEqual([]);
    const last = small.lastIndexOf('{"entry"');
    for (let at = last; at < small.length; at++) {
      const changed = Buffer.from(small);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect((await verified(changed)).faults, `byte ${at}`).not.toEqual([]);
    }
  });

  it("finds a byte replaced by any other, put in or taken out, anywhere in the file", async () => {
    const edits = fc.record({
      at: fc.nat(log.length - 1),
      byte: fc.integer({ min: 0, max: 255 }),
      kind: fc.constantFrom("replaced", "put in", "taken out"),
    });
    await fc.assert(
      fc.asyncProperty(edits, async ({ at, byte, kind }) => {
        const put = kind === "taken out" ? [] : [byte];
        const changed = Buffer.concat([
          log.subarray(0, at),
          Buffer.from(put),
          log.subarray(kind === "put in" ? at : at + 1),
        ]);
        return changed.equals(log) || (await verified(changed)).faults.length > 0;
      }),
      { numRuns: 300 },
    );
  });

  it("finds any line moved or copied to any other place, and any two exchanged", async () => {
    const line = fc.nat(lines.length - 1);
    await fc.assert(
      fc.asyncProperty(line, line, fc.constantFrom("moved", "copied", "exchanged"), async (from, to, kind) => {
        const [one = "", other = ""] = [lines[from], lines[to]];
        const changed =
          kind === "exchanged"
            ? lines.with(from, other).with(to, one)
            : (kind === "moved" ? lines.toSpliced(from, 1) : lines).toSpliced(to, 0, one);
        return changed.join() === lines.join() || (await verified(fileOf(changed), anchor.kept)).faults.length > 0;
      }),
      { numRuns: 300 },
    );
  });

  it("finds a checkpoint copied before the last entry, however the file is cut", async () => {
    const bytes = fileOf(lines.toSpliced(sealed + unsealed - 1, 0, checkpoints()[0] ?? ""));
    for (let cut = 1; cut < bytes.length; cut += 97) {
      const inTwo = {
        size: bytes.length,
        read: async function* (from: number) {
          if (from < cut) yield bytes.subarray(from, cut);
          yield bytes.subarray(Math.max(from, cut));
        },
      };
      const { faults } = await verifyExport({ source: inTwo, key: keys.publicKey, anchored: [] });
      expect(faults[0], `cut at ${cut}`).toContain("is an entry after a checkpoint.");
    }
  });

  it("finds any one line dropped but the newest of an unsealed aggregate", async () => {
    for (let i = 0; i < lines.length; i++) {
      const kept = lines.toSpliced(i, 1);
      const tail = lines[i]?.startsWith('{"entry"') && leafOf(lines[i] ?? "") === Number.POSITIVE_INFINITY;
      if (!tail) expect((await verified(fileOf(kept), anchor.kept)).faults, `line ${i}`).not.toEqual([]);
    }
  });

  it("finds any two neighbours swapped, and a line doubled", async () => {
    for (let i = 0; i + 1 < lines.length; i++) {
      const [a, b] = [lines[i] ?? "", lines[i + 1] ?? ""];
      expect((await verified(fileOf(lines.toSpliced(i, 2, b, a)))).faults, `lines ${i}`).not.toEqual([]);
      expect((await verified(fileOf(lines.toSpliced(i, 0, a)))).faults, `line ${i}`).not.toEqual([]);
    }
  });

  it("finds a sealed entry behind an unsealed one, also when both are read at once", async () => {
    const [a, b] = [lines[sealed - 1] ?? "", lines[sealed] ?? ""];
    const bytes = fileOf(lines.toSpliced(sealed - 1, 2, b, a));
    const atOnce = {
      size: bytes.length,
      read: async function* (from: number) {
        yield bytes.subarray(from);
      },
    };
    const report = await verifyExport({ source: atOnce, key: keys.publicKey, anchored: [] });
    expect(report.faults[0]).toContain(`Line ${sealed + 1}: place ${sealed - 1} of the log comes where`);
  });

  it("finds the last k sealed entries dropped with their checkpoints, k = 1 to 100, by the anchor alone", async () => {
    for (let k = 1; k <= 100; k++) {
      const size = sealed - k;
      const kept = checkpoints().filter((line) => JSON.parse(line).checkpoint.size <= size);
      const file = fileOf([...entries().filter((line) => leafOf(line) < size), ...kept]);
      expect((await verified(file, anchor.kept)).faults, `k = ${k}`).not.toEqual([]);
    }
    const clean = fileOf([...entries().filter((line) => leafOf(line) < 120), ...checkpoints().slice(0, 6)]);
    expect((await verified(clean)).faults).toEqual([]);
    expect((await verified(clean, anchor.kept)).faults).toEqual([
      "A checkpoint signs 130 entries; 10 of them are missing.",
    ]);
  });

  it("finds what was changed in the database itself, and a log signed by another key", async () => {
    const [last] = await t.admin`select detail from charter.audit_entries where leaf = 129`;
    await t.admin`update charter.audit_entries set detail = '{"turn": "other"}' where leaf = 129`;
    const rewritten = await exported(t.auditorUrl);
    await t.admin`update charter.audit_entries set detail = ${t.admin.json(last?.detail)} where leaf = 129`;
    expect((await verified(rewritten, anchor.kept)).faults).not.toEqual([]);
    const other = generateKeyPairSync("ed25519").publicKey;
    expect((await verifyExport({ source: sourceOf(log), key: other, anchored: [] })).faults).toHaveLength(7);
  });

  it("finds an entry whose hash was computed anew: sealed by the root, unsealed by the entry that follows it", async () => {
    // No other entry is of the same aggregate: every third one is of the long one.
    const lone = entries().findIndex((line) => JSON.parse(entryOf(line).detail).turn % 3 !== 0);
    const forged = forge(lines[lone] ?? "", { detail: '{"turn": "forged"}' });
    expect((await verified(fileOf(lines.with(lone, forged)))).faults).toEqual([
      expect.stringContaining("entries are not those that were signed."),
      ...checkpoints()
        .slice(1)
        .map(() => expect.stringContaining("entries are not those that were signed.")),
    ]);
    const id = randomUUID();
    await append(t.worker, { ...anyEntry(), id }, { ...anyEntry(), id });
    const grown = (await exported(t.auditorUrl)).toString("utf8").trimEnd().split("\n");
    const first = grown.findIndex((line) => line.includes(id));
    const changed = grown.with(first, forge(grown[first] ?? "", { actor: "somebody else" }));
    expect((await verified(fileOf(changed))).faults).toEqual([
      expect.stringContaining("does not continue the entry before it."),
    ]);
    const shortened = grown.toSpliced(first, 2, forge(grown[first + 1] ?? "", { prev: "" }));
    expect((await verified(fileOf(shortened))).faults).toEqual([
      expect.stringContaining("entries before it are missing or out of order."),
    ]);
  });

  it("takes a line in one spelling only", async () => {
    const [line = ""] = lines;
    const reordered = JSON.stringify({ entry: Object.fromEntries(Object.entries(entryOf(line)).reverse()) });
    for (const other of [` ${line}`, line.replace(":", ": "), line.replace("target", "\\u0074arget"), reordered]) {
      expect(JSON.parse(other)).toEqual(JSON.parse(line));
      expect((await verified(fileOf(lines.with(0, other)))).faults).toContain("Line 1 is not as it was exported.");
    }
  });

  it("finds an unfinished last line, an empty line, a byte order mark and foreign lines", async () => {
    for (const bad of [
      log.subarray(0, -1),
      Buffer.concat([log, Buffer.from("\n")]),
      Buffer.concat([Buffer.from("\ufeff"), log]),
      Buffer.concat([Buffer.from("{}\n"), log]),
    ]) {
      expect((await verified(bad)).faults).not.toEqual([]);
    }
  });

  it("an empty log is sound and proves nothing", async () => {
    expect(await verified(Buffer.from(""))).toEqual({ sealed: 0, unsealed: 0, checkpoints: 0, raised: [], faults: [] });
    expect((await verified(Buffer.from(""), anchor.kept)).faults).not.toEqual([]);
  });
});
