import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { Chains, chainKey, type ExportedEntry, entryHash, type Links } from "#lib/audit/chain.ts";
import { type Checkpoint, checkpointLine, isSigned, type Statement, signed } from "#lib/audit/checkpoint.ts";
import { entryLine, linesTo, readCheckpoint, readText } from "#lib/audit/export.ts";
import { readSegment } from "#lib/audit/segment.ts";
import { appended, emptyTree, GrowingTree, leafHash, rootOf } from "#lib/audit/tree.ts";
import { verifyExport } from "#lib/audit/verify.ts";

// The same checks as test/audit/verify.test.ts makes on a log that PostgreSQL wrote, on one made in memory: word for word, in a second.

const keys = generateKeyPairSync("ed25519");
const sha256 = (...parts: readonly Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const common = {
  ...{ tenant: "main", noun: "target", version: 1, at: "2026-11-22T10:00:00.000000Z", channel: "charter_worker" },
  ...{ actor: "System", evidence: "worker", action: "target.checked", detail: '{"note": "é ✓ 🦊"}', xid: "7" },
};

/** Entries of these aggregates in order, each chained to the one before it of its own; the first `sealed` have their places. */
function entriesOf(aggregates: readonly string[], sealed: number): ExportedEntry[] {
  const heads = new Map<string, ExportedEntry>();
  return aggregates.map((aggregate, place) => {
    const before = heads.get(aggregate);
    const entry = { ...common, aggregate, seq: (before?.seq ?? 0) + 1, prev: before?.hash ?? "", hash: "" };
    const whole = { ...entry, leaf: place < sealed ? place : null };
    const written = { ...whole, hash: entryHash(whole) };
    heads.set(aggregate, written);
    return written;
  });
}

/** Root by the definition: split at the largest power of two below. */
function rootBy(leaves: readonly Uint8Array[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return sha256(Uint8Array.of(0), only);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Uint8Array.of(1), rootBy(leaves.slice(0, split)), rootBy(leaves.slice(split)));
}
const rootOfFirst = (entries: readonly ExportedEntry[], size: number): string =>
  hex(rootBy(entries.slice(0, size).map(({ hash }) => Buffer.from(hash, "hex"))));

const at = "2026-11-22T10:00:00.000Z";
const sealedTo = (entries: readonly ExportedEntry[], sizes: readonly number[], more: Partial<Statement> = {}) =>
  sizes.map((size, i) =>
    signed(
      {
        ...{ size, root: rootOfFirst(entries, size), previous: rootOfFirst(entries, sizes[i - 1] ?? 0) },
        ...{ epoch: 1, at, key: "c1", ...more },
      },
      keys.privateKey,
    ),
  );

const names = ["a", "b", "a", "c", "a", "b", "d", "a", "c", "e", "e", "b"];
const log = entriesOf([...names, "f", "f", "g"], names.length);
const points = sealedTo(log, [4, 8, 12]);
const lines = [...log.map(entryLine), ...points.map(checkpointLine)];
const fileOf = (kept: readonly string[]) => Buffer.from(`${kept.join("\n")}\n`);
const source = (bytes: Uint8Array, width: number) => ({
  size: bytes.length,
  async *read(from: number) {
    if (from < 0) throw new RangeError("nothing lies before the first byte");
    for (let place = from; place < bytes.length; place += width) yield bytes.subarray(place, place + width);
  },
});
const verified = (bytes: Uint8Array, anchored: readonly Checkpoint[] = [], width = 300) =>
  verifyExport({ source: source(bytes, width), key: keys.publicKey, anchored });
const faultsOf = async (kept: readonly string[], anchored: readonly Checkpoint[] = []) =>
  (await verified(fileOf(kept), anchored)).faults;
const changed = (line: number, change: Partial<ExportedEntry>) =>
  lines.with(line, entryLine({ ...(log[line] ?? expect.fail("no entry")), ...change }));
const forged = (line: number, change: Partial<ExportedEntry>) => {
  const entry = { ...(log[line] ?? expect.fail("no entry")), ...change };
  return lines.with(line, entryLine({ ...entry, hash: entryHash(entry) }));
};

describe("an export", () => {
  const sound = { sealed: 12, unsealed: 3, checkpoints: 3, raised: [], faults: [] };
  it("that is whole has no fault, however it comes in pieces and however many are read at once", async () => {
    for (const width of [1, 7, 300, 100_000]) expect(await verified(fileOf(lines), points, width)).toEqual(sound);
    const reader = { ahead: 3, read: async (bytes: Uint8Array) => readSegment(bytes) };
    const evidence = { source: source(fileOf(lines), 90), key: keys.publicKey, anchored: [], reader };
    expect(await verifyExport(evidence)).toEqual(sound);
  });
  it("is read as many pieces at once as its reader says", async () => {
    let [now, most] = [0, 0];
    const read = async (bytes: Uint8Array) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
      return readSegment(bytes);
    };
    const evidence = { source: source(fileOf(lines), 600), key: keys.publicKey, anchored: [] };
    expect((await verifyExport({ ...evidence, reader: { ahead: 3, read } })).faults).toEqual([]);
    expect(most).toBe(3);
  });
  it("whose checkpoints fill more than is first read of its end holds them all, and one with much before them too", async () => {
    const many = entriesOf(
      Array.from({ length: 300 }, (_, i) => `x${i}`),
      300,
    );
    const sizes = many.map((_, i) => i + 1);
    for (const some of [sizes, sizes.slice(-2)]) {
      const bytes = fileOf([...many.map(entryLine), ...sealedTo(many, some).map(checkpointLine)]);
      const all = { sealed: 300, unsealed: 0, checkpoints: some.length, raised: [], faults: [] };
      expect(await verified(bytes, [], 10_000)).toEqual(all);
    }
  });
  it.each([
    [
      ["a", "b"],
      ["b", "a"],
    ],
    [
      ["a", "a"],
      ["a", "b"],
    ],
    [
      ["a", "\uffff"],
      ["a", "🦊"],
    ],
  ] as const)("has the unsealed %j before %j, by the bytes of noun and aggregate", async (...names) => {
    const [one, two] = names.map(([noun, aggregate]) => {
      const entry = { ...common, noun, aggregate, seq: 1, prev: "", hash: "", leaf: null };
      return entryLine({ ...entry, hash: entryHash(entry) });
    }) as [string, string];
    const outOfOrder = ([noun, aggregate]: readonly [string, string]) =>
      `${noun} ${aggregate} entry 1 of the unsealed tail is out of order.`;
    expect(await faultsOf([one, two])).toEqual([]);
    expect(await faultsOf([two, one])).toEqual([outOfOrder(names[0])]);
    expect(await faultsOf([one, one])).toContain(outOfOrder(names[0]));
  });
  it("that is empty proves nothing", async () => {
    expect(await verified(Buffer.alloc(0))).toEqual({ sealed: 0, unsealed: 0, checkpoints: 0, raised: [], faults: [] });
  });
  it("with any field of any entry changed names the line", async () => {
    const other: Partial<ExportedEntry> = {
      ...{ tenant: "x", noun: "x", aggregate: "x", seq: 9, version: 9, at: "x", channel: "x", actor: "x" },
      ...{ evidence: "x", action: "x", detail: "{}", xid: "x", prev: "00".repeat(32) },
    };
    for (const line of log.keys())
      for (const [field, value] of Object.entries(other)) {
        const [first] = await faultsOf(changed(line, { [field]: value }));
        expect(first).toMatch(new RegExp(`^Line ${line + 1}: .* is not what was written: its hash differs\\.$`));
      }
  });
  it("with an entry hashed anew is not the one that was signed, or breaks the chain after it", async () => {
    expect(await faultsOf(forged(11, { actor: "x" }))).toEqual([
      "The first 12 entries are not those that were signed.",
    ]);
    expect(await faultsOf(forged(12, { actor: "x" }))).toEqual(["Line 14 does not continue the entry before it."]);
    expect((await verified(fileOf(forged(12, { actor: "x" })), [], 100_000)).faults).toEqual([
      "Line 14 does not continue the entry before it.",
    ]);
    expect(await faultsOf(forged(2, { seq: 3 }))).toEqual([
      "Line 3 is entry 3 of its chain: entries before it are missing or out of order.",
      "The first 4 entries are not those that were signed.",
      "Line 5 is entry 3 of its chain: entries before it are missing or out of order.",
      "The first 8 entries are not those that were signed.",
      "The first 12 entries are not those that were signed.",
    ]);
  });
  it("without one of its entries says what is missing, but for the newest of an unsealed chain", async () => {
    for (const line of log.keys()) {
      const faults = await faultsOf(lines.toSpliced(line, 1));
      const isNewest = line >= 13;
      expect(faults.length > 0).toBe(!isNewest);
    }
    expect(await faultsOf(lines.toSpliced(11, 1))).toEqual(["A checkpoint signs 12 entries; 1 of them are missing."]);
    expect(await faultsOf(lines.toSpliced(9, 1))).toContain(
      "Line 10: place 10 of the log comes where place 9 is due: entries are missing or moved.",
    );
  });
  it("with any two neighbours exchanged, or a line doubled, has a fault", async () => {
    for (let line = 0; line + 1 < lines.length; line += 1) {
      const [one = "", two = ""] = lines.slice(line, line + 2);
      expect((await faultsOf(lines.toSpliced(line, 2, two, one))).length).toBeGreaterThan(0);
      expect((await faultsOf(lines.toSpliced(line, 0, one))).length).toBeGreaterThan(0);
    }
    const [f1 = "", f2 = "", g = ""] = lines.slice(12, 15);
    expect(await faultsOf(lines.toSpliced(12, 3, f1, g, f2))).toEqual([
      "target f entry 2 of the unsealed tail is out of order.",
    ]);
  });
  it("with a checkpoint cut off shows entries that nobody signed, and the anchor what was cut with them", async () => {
    expect(await faultsOf(lines.slice(0, -1))).toEqual([
      "No checkpoint signs the entries from place 8 on, though they have their place.",
    ]);
    const shorter = [...lines.slice(0, 8), ...lines.slice(15, 17)];
    expect(await faultsOf(shorter)).toEqual([]);
    expect(await faultsOf(shorter, points)).toEqual(["A checkpoint signs 12 entries; 4 of them are missing."]);
    expect(await verified(fileOf(lines.slice(15)))).toMatchObject({
      checkpoints: 3,
      faults: [4, 8, 12].map((size) => `A checkpoint signs ${size} entries; ${size} of them are missing.`),
    });
    expect((await verified(Buffer.alloc(0), points.slice(0, 1))).faults).toEqual([
      "A checkpoint signs 4 entries; 4 of them are missing.",
    ]);
  });
  it("with an entry behind a checkpoint, a foreign line or an unfinished one names it", async () => {
    expect(await faultsOf([...lines.slice(0, 14), lines[15] ?? "", lines[14] ?? "", ...lines.slice(16)])).toContain(
      "Line 16 is an entry after a checkpoint.",
    );
    expect(await faultsOf(lines.toSpliced(3, 0, "{}"))).toContain("Line 4 is not as it was exported.");
    expect(await faultsOf(lines.toSpliced(15, 0, ""))).toContain("Line 16 is not as it was exported.");
    const cut = fileOf(lines).subarray(0, -1);
    expect((await verified(cut)).faults).toEqual(["Line 18 is not as it was exported."]);
    const wrong = Buffer.from(fileOf(lines));
    wrong[fileOf(lines.slice(0, 3)).length + 12] = 0xff;
    expect((await verified(wrong)).faults[0]).toBe("Line 4 is not as it was exported.");
    expect((await verified(wrong, [], 100_000)).faults[0]).toBe("Line 4 is not as it was exported.");
    const ended = await verified(Buffer.concat([wrong, Buffer.from("\n")]), [], 100_000);
    expect(ended.faults).toContain("Line 19 is not as it was exported.");
    const marked = Buffer.concat([Buffer.from("\ufeff"), fileOf(lines)]);
    expect((await verified(marked)).faults[0]).toBe("Line 1 is not as it was exported.");
  });
  it.each([300, 100_000])(
    "with something behind its checkpoints, read %i bytes at a time, says whether an entry",
    async (width) => {
      const behind = async (line: string) => (await verified(fileOf([...lines, line]), [], width)).faults;
      expect(await behind('{"checkpoint":{}}')).toEqual(["Line 19 is not as it was exported."]);
      expect(await behind("x")).toEqual([
        "Line 19 is not as it was exported.",
        "Line 19 is an entry after a checkpoint.",
        "No checkpoint signs the entries from place 0 on, though they have their place.",
      ]);
    },
  );
  it("tells of twenty faults at most", async () => {
    expect(await faultsOf(Array.from({ length: 50 }, () => "x"))).toHaveLength(20);
  });
});

describe("checkpoints", () => {
  it("count only as they were signed, field by field", () => {
    const [first = expect.fail("no checkpoint")] = points;
    expect(isSigned(first, keys.publicKey)).toBe(true);
    expect(isSigned(first, generateKeyPairSync("ed25519").publicKey)).toBe(false);
    const raised = { epoch: 1, size: 8, root: "00", why: "restored" };
    const whole = signed({ ...first, epoch: 2, raised }, keys.privateKey);
    expect(isSigned(whole, keys.publicKey)).toBe(true);
    const others: Partial<Checkpoint>[] = [
      ...[
        { size: 5 },
        { root: "x" },
        { previous: "x" },
        { epoch: 3 },
        { at: "x" },
        { key: "x" },
        { raised: undefined },
      ],
      ...[{ epoch: 9 }, { size: 9 }, { root: "x" }, { why: "x" }].map((one) => ({ raised: { ...raised, ...one } })),
    ];
    for (const other of others) expect(isSigned({ ...whole, ...other } as Checkpoint, keys.publicKey)).toBe(false);
    expect(readCheckpoint(checkpointLine(whole))).toEqual(whole);
    expect(readCheckpoint(checkpointLine(first))).toEqual(first);
    expect(readCheckpoint(` ${checkpointLine(first)}`)).toBeNull();
    expect(readCheckpoint("nonsense")).toBeNull();
    expect(readCheckpoint(lines[0] ?? "")).toBeNull();
  });
  it("of another key, or that do not continue each other, are named", async () => {
    const stranger = generateKeyPairSync("ed25519").privateKey;
    const foreign = points.map((point) => checkpointLine(signed(point, stranger)));
    expect(await faultsOf([...lines.slice(0, 15), ...foreign])).toEqual(
      [4, 8, 12].map((size) => `The checkpoint at ${size} was not signed by this key.`),
    );
    const without = [...lines.slice(0, 15), ...points.toSpliced(1, 1).map(checkpointLine)];
    expect(await faultsOf(without)).toEqual(["The checkpoint at 12 does not continue the one at 4."]);
    expect(await faultsOf(without, [points[1] ?? expect.fail("no checkpoint")])).toHaveLength(1);
    const [last = expect.fail("no checkpoint")] = points.slice(-1);
    for (const size of [12, 8]) {
      const again = signed({ ...last, size, root: rootOfFirst(log, size), previous: last.root }, keys.privateKey);
      expect(await faultsOf([...lines, checkpointLine(again)])).toContain(
        `The checkpoint at ${size} does not continue the one at 12.`,
      );
    }
  });
  it.each<[string, Partial<Checkpoint>]>([
    ["no entry", { size: 0 }],
    ["half an entry", { size: 1.5 }],
    ["no epoch", { epoch: 0 }],
    ["a short signature", { signature: "0".repeat(127) }],
    ["a long signature", { signature: "0".repeat(129) }],
    ["a signature in capitals", { signature: "A".repeat(128) }],
    ["no reason for a raise", { raised: { epoch: 1, size: 0, root: "", why: "" } }],
    ["a raise of no epoch", { raised: { epoch: 0, size: 0, root: "", why: "w" } }],
    ["a raise of less than nothing", { raised: { epoch: 1, size: -1, root: "", why: "w" } }],
  ])("with %s are none", (_, change) => {
    const whole = { ...(points[0] ?? expect.fail("no checkpoint")), raised: { epoch: 1, size: 0, root: "", why: "w" } };
    expect(readCheckpoint(checkpointLine(whole))).toEqual(whole);
    expect(readCheckpoint(checkpointLine({ ...whole, ...change }))).toBeNull();
  });

  const raised = { epoch: 1, size: 10, root: rootOfFirst(log, 10), why: "The disk was lost." };
  const begun = (more: Partial<Statement>) => [...points.slice(0, 2), ...sealedTo(log, [8, 12], more).slice(1)];
  const told = (all: readonly Checkpoint[], anchored: readonly Checkpoint[] = []) =>
    verified(fileOf([...lines.slice(0, 15), ...all.map(checkpointLine)]), anchored);

  it("of a raised epoch say what was given up, and hold what was not", async () => {
    const all = begun({ epoch: 2, raised });
    expect(await told(all)).toMatchObject({
      ...{ faults: [], checkpoints: 3 },
      raised: [
        `Epoch 2 was begun on ${at}: of 10 sealed entries of epoch 1 the log kept those up to 8. Reason given: The disk was lost.`,
      ],
    });
    const lost = signed({ size: 10, root: raised.root, previous: "x", epoch: 1, at, key: "c1" }, keys.privateKey);
    expect((await told(all, [lost])).faults).toEqual([]);
    const more = signed({ ...lost, size: 11, root: "11" }, keys.privateKey);
    expect((await told(all, [more])).faults).toEqual([
      "The anchor knows 11 audit entries of epoch 1; epoch 2 was begun in place of 10.",
    ]);
  });
  it("that an anchor kept are held to what they say, unless a raise gave them up", async () => {
    const of = (size: number, more: Partial<Statement> = {}) =>
      signed({ size, root: rootOfFirst(log, size), previous: "x", epoch: 1, at, key: "c1", ...more }, keys.privateKey);
    expect((await told(points, [of(12, { epoch: 2 })])).faults).toEqual([
      "The anchor is in epoch 2, the log still in epoch 1: it is an older one.",
    ]);
    const all = begun({ epoch: 2, raised });
    expect((await told(all, [of(8), ...all])).faults).toEqual([]);
    expect((await told(all, [of(8, { root: "11" })])).faults).toEqual([
      "The first 8 entries are not those that were signed.",
    ]);
    const first = sealedTo(log, [12], { epoch: 2, raised: { ...raised, size: 4, root: rootOfFirst(log, 4) } });
    expect(await told(first, [of(4)])).toMatchObject({
      ...{ faults: [], checkpoints: 1 },
      raised: [expect.stringContaining("of 4 sealed entries of epoch 1 the log kept those up to 0.")],
    });
  });
  it("of a larger epoch that says nothing, or the same one that says too much, are named", async () => {
    expect((await told(begun({ epoch: 2 }))).faults).toEqual([
      "The checkpoint at 12 is of epoch 2 and does not say what became of epoch 1.",
    ]);
    expect((await told(begun({ epoch: 3, raised }))).faults).toContain(
      "The checkpoint at 12 is of epoch 3 and does not say what became of epoch 1.",
    );
    expect((await told(begun({ raised }))).faults).toEqual([
      "The checkpoint at 12 says that it begins epoch 1, which had begun.",
    ]);
    const back = [...sealedTo(log, [4], { epoch: 2, raised }), ...points.slice(1)];
    expect((await told(back)).faults).toContain("The checkpoint at 8 does not continue the one at 4.");
  });
});

describe("a fault's line", () => {
  /** The same bytes in three segments of six lines each. */
  const inThree = (bytes: Uint8Array) => {
    const ends = [6, 12, 18].map((count) => fileOf(lines.slice(0, count)).length);
    const cut = async function* (from: number) {
      for (const [i, end] of ends.entries())
        if (end > from) yield bytes.subarray(Math.max(from, ends[i - 1] ?? 0), end);
    };
    return verifyExport({ source: { size: bytes.length, read: cut }, key: keys.publicKey, anchored: [] });
  };
  const over = async (line: number, within: string, put: string) => {
    const bytes = fileOf(lines);
    const start = fileOf(lines.slice(0, line)).length * Math.sign(line);
    bytes.write(put, bytes.indexOf(within, start), "latin1");
    return (await inThree(bytes)).faults;
  };
  it.each([0, 4, 5, 6, 7, 11, 12, 13, 14])("is the file's, also in a later segment: %i", async (line) => {
    expect((await over(line, '"System"', '"Syst-m"'))[0]).toMatch(new RegExp(`^Line ${line + 1}: .* its hash differs`));
    for (const put of ["[", "\xff"])
      expect((await over(line, "{", put))[0]).toBe(`Line ${line + 1} is not as it was exported.`);
  });
  it("is the file's where a chain is broken, a place missed or a checkpoint followed, in a later segment", async () => {
    const anew = fileOf(forged(9, { actor: "Syst-m" }));
    expect((await inThree(anew)).faults).toContain("Line 11 does not continue the entry before it.");
    const counted = fileOf(forged(8, { seq: 3 }));
    expect((await inThree(counted)).faults).toContain(
      "Line 9 is entry 3 of its chain: entries before it are missing or out of order.",
    );
    const placed = fileOf(forged(8, { leaf: 9 }));
    expect((await inThree(placed)).faults).toContain(
      "Line 9: place 9 of the log comes where place 8 is due: entries are missing or moved.",
    );
    const last = fileOf([...lines.slice(0, 16), lines[17] ?? "", lines[14] ?? ""]);
    expect((await inThree(last)).faults).toContain("Line 18 is an entry after a checkpoint.");
    expect((await inThree(fileOf(lines).subarray(0, -1))).faults).toEqual(["Line 18 is not as it was exported."]);
  });
});

describe("the tree", () => {
  it("has the root of the definition at every size, built at once or leaf by leaf", () => {
    const many = entriesOf(
      Array.from({ length: 40 }, (_, i) => `x${i}`),
      40,
    );
    for (let size = 0; size <= many.length; size += 1) {
      const hashes = many.slice(0, size).map(({ hash }) => hash);
      const tree = appended(emptyTree, hashes);
      expect(tree.size).toBe(size);
      expect(rootOf(tree)).toBe(rootOfFirst(many, size));
      expect(appended(appended(emptyTree, hashes.slice(0, 7)), hashes.slice(7))).toEqual(tree);
      expect(new GrowingTree(tree).size).toBe(size);
    }
  });
  it("hashes a leaf of any length as such", () => {
    for (const length of [0, 31, 32, 33])
      expect(hex(leafHash(Buffer.alloc(length, 5)))).toBe(hex(sha256(Uint8Array.of(0), Buffer.alloc(length, 5))));
  });
});

describe("a line", () => {
  const [line = expect.fail("no line")] = lines;
  it("is not parsed as JSON where it is spelled as nearly all are", () => {
    const parse = vi.spyOn(JSON, "parse");
    for (const [i, entry] of log.entries()) expect(readText(lines[i] ?? "")).toEqual({ entry });
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });
  it.each([
    ["a space", line.replace("{", "{ ")],
    ["an escape that it does not need", line.replace('"main"', '"m\\u0061in"')],
    ["a number with a point", line.replace('"seq":1', '"seq":1.0')],
    ["a number with a nought before it", line.replace('"version":1', '"version":01')],
    ["a field more", line.replace('"tenant"', '"more":1,"tenant"')],
    ["a field fewer", line.replace('"xid":"7",', "")],
    ["its fields exchanged", line.replace('"tenant":"main","noun":"target"', '"noun":"target","tenant":"main"')],
    ["something before it", `x${line}`],
    ["something behind it", `${line} `],
    ["a hash in capitals", line.replace(/"hash":"[0-9a-f]+"/, '"hash":"AB"')],
  ])("with %s is no export's", (_, other) => {
    expect(other).not.toBe(line);
    expect(readText(other)).toBeNull();
  });
});

describe("an entry's hash", () => {
  it("is over every field with its length in bytes", () => {
    const [entry = expect.fail("no entry")] = log;
    const fields = ["charter-audit-1", "main", "target", "a", "1", "1", common.at, "charter_worker", "System"];
    const all = [...fields, "worker", "target.checked", common.detail, "7", ""];
    const text = all.map((field) => `${Buffer.byteLength(field)}:${field},`).join("");
    expect(entryHash(entry)).toBe(createHash("sha256").update(text).digest("hex"));
  });
});

describe("many chains", () => {
  /** So many entries of as many chains twice over, as a segment has them. */
  const linked = (aggregates: readonly string[]): Links => {
    const entries = entriesOf(aggregates, 0);
    const [key, prev, hash] = [4, 8, 8].map((width) => new Int32Array(entries.length * width));
    const seq = new Uint32Array(entries.map((entry) => entry.seq));
    for (const [i, entry] of entries.entries()) {
      chainKey(entry, key ?? expect.fail(), i * 4);
      new Uint8Array(prev?.buffer ?? expect.fail()).set(Buffer.from(entry.prev, "hex"), i * 32);
      new Uint8Array(hash?.buffer ?? expect.fail()).set(Buffer.from(entry.hash, "hex"), i * 32);
    }
    return { seq, key: key ?? expect.fail(), prev: prev ?? expect.fail(), hash: hash ?? expect.fail() };
  };
  it("are each followed, also when there are more than the table began with", () => {
    const aggregates = Array.from({ length: 5_000 }, (_, i) => `x${i}`);
    const links = linked([...aggregates, ...aggregates]);
    const chains = new Chains();
    for (let i = 0; i < 10_000; i += 1) if (chains.follow(links, i) !== null) expect.fail(`entry ${i}`);
    expect(chains.follow(links, 0)).toBe("missing");
  });
  it("are told apart by each word of their key, and continued by each word that is kept of a hash", () => {
    const hash = [5, 6, 7, 8];
    const link = (seq: number, key: readonly number[], prev: readonly number[] = [0, 0, 0, 0]): Links => ({
      ...{ seq: Uint32Array.of(seq), key: Int32Array.from(key) },
      ...{ prev: Int32Array.from([...prev, 0, 0, 0, 0]), hash: Int32Array.from([...hash, 0, 0, 0, 0]) },
    });
    const key = [4_095, 2, 3, 4];
    for (const word of key.keys()) {
      const chains = new Chains();
      expect(chains.follow(link(1, key), 0)).toBeNull();
      expect(chains.follow(link(1, key.with(word, (key[word] ?? 0) + 4_096)), 0)).toBeNull();
      expect(chains.follow(link(2, key, hash.with(word, 0)), 0)).toBe("broken");
      expect(chains.follow(link(3, key, hash), 0)).toBeNull();
    }
  });
  it("are told apart by tenant, noun and aggregate alone", () => {
    const keyOf = (change: Partial<ExportedEntry>) => {
      const into = new Int32Array(6);
      chainKey({ ...(log[0] ?? expect.fail()), ...change }, into, 1);
      return into.join();
    };
    expect(keyOf({ seq: 9, actor: "x", detail: "x" })).toBe(keyOf({}));
    const others = [{ tenant: "x" }, { noun: "x" }, { aggregate: "b" }, { noun: "targeta", aggregate: "" }].map(keyOf);
    expect(new Set([keyOf({}), ...others]).size).toBe(5);
    expect(
      keyOf({})
        .split(",")
        .filter((word) => word === "0"),
    ).toHaveLength(2);
  });
});

describe("a segment", () => {
  it("keeps line, place and hash of each entry, and where checkpoints begin", () => {
    const segment = readSegment(fileOf(lines));
    expect(segment).toMatchObject({ lines: 18, entries: 15, faults: [], firstCheckpoint: 15, lastOther: 14 });
    expect([...segment.line.subarray(0, 15)]).toEqual([...log.keys()]);
    expect([...segment.leaf.subarray(0, 15)]).toEqual(log.map(({ leaf }) => leaf ?? -1));
    expect(segment.unsealed).toEqual(log.slice(12));
    expect(hex(segment.leafHash.subarray(32, 64))).toBe(hex(leafHash(Buffer.from(log[1]?.hash ?? "", "hex"))));
  });
  it("names what follows nothing, follows the first, or counts beyond what the database can", () => {
    const wrong = (change: Partial<ExportedEntry>) => {
      const entry = { ...(log[0] ?? expect.fail()), ...change };
      return readSegment(fileOf([entryLine({ ...entry, hash: entryHash(entry) })])).faults;
    };
    expect(wrong({})).toEqual([]);
    expect(wrong({ seq: 2, prev: "00".repeat(32) })).toEqual([]);
    expect(wrong({ seq: 0x7fffffff, prev: "00".repeat(32) })).toEqual([]);
    const named = (seq: number) => [{ line: 0, changed: `target a entry ${seq}` }];
    expect(wrong({ seq: 0x80000000, prev: "00".repeat(32) })).toEqual(named(0x80000000));
    expect(wrong({ prev: "00".repeat(32) })).toEqual(named(1));
    expect(wrong({ seq: 2, prev: "00" })).toEqual(named(2));
  });
  it("reads half a character and what is written with escapes", () => {
    const entry = { ...(log[0] ?? expect.fail()), detail: "\ud800" };
    const line = entryLine({ ...entry, hash: entryHash(entry) });
    expect(readSegment(fileOf([line])).faults).toEqual([]);
    expect(readText(line)).toMatchObject({ entry: { detail: "\ud800" } });
    expect(readSegment(Buffer.alloc(0))).toMatchObject({ lines: 0, entries: 0, firstCheckpoint: -1, lastOther: -1 });
  });
});

it("rows become lines, a checkpoint without a raise as well as one with it", async () => {
  const written: string[] = [];
  const to = linesTo(async (some) => void written.push(...some));
  await to.entries(log.slice(0, 1));
  const [first = expect.fail("no checkpoint")] = points;
  const raised = { epoch: 1, size: 8, root: "00", why: "w" };
  await to.checkpoints([
    { ...first, raised: null },
    { ...first, raised },
  ]);
  expect(written).toEqual([lines[0], checkpointLine(first), checkpointLine({ ...first, raised })]);
});
