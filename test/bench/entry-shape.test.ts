import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exportedEntry } from "#lib/audit/chain.ts";
import { entryLine, isEntry, readText } from "#lib/audit/export.ts";

const entry = {
  ...{ tenant: "main", noun: "target", aggregate: "a", seq: 1, version: 0, at: "2026-11-22T10:00:00.000000Z" },
  ...{ channel: "charter_worker", actor: "System", evidence: "worker", action: "target.checked", detail: "{}" },
  ...{ xid: "7", prev: "", hash: "00ff", leaf: null as number | null },
};

it("an exported entry is taken by hand exactly when its schema takes it", () => {
  const odd = fc.constantFrom(null, undefined, "", "0A", "zz", "00", 0, 1, -1, 1.5, 2 ** 53, Number.NaN, true, {}, []);
  const change = fc.record({ field: fc.constantFrom(...Object.keys(entry)), value: odd });
  fc.assert(
    fc.property(change, ({ field, value }) => {
      const changed = { ...entry, [field]: value };
      expect(isEntry(changed)).toBe(exportedEntry.safeParse(changed).success);
    }),
    { numRuns: 2000, examples: [[{ field: "seq", value: 0 }], [{ field: "leaf", value: -1 }]] },
  );
  expect([isEntry(entry), isEntry({ ...entry, leaf: 0 }), isEntry(null), isEntry([])]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

describe("a line is read whichever way its spelling takes", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom('{"a": "b"}', "\\", '"', '\\"', "\u0000", "\u001f", "\u007f", "é ✓ 🦊", "\ud800"),
  );
  const hex = fc.constantFrom("", "00ff", "a".repeat(64));
  const count = fc.oneof(fc.nat(), fc.constantFrom(2 ** 53 - 1, 10 ** 15, 10 ** 15 - 1));
  const entries = fc.record({
    ...{ tenant: text, noun: text, aggregate: text, seq: count.map((n) => Math.max(1, n)), version: count, at: text },
    ...{ channel: text, actor: text, evidence: text, action: text, detail: text, xid: text, prev: hex, hash: hex },
    leaf: fc.oneof(fc.constant(null), count),
  });

  it("gives the entry that was written", () => {
    fc.assert(
      fc.property(entries, (written) => {
        expect(readText(entryLine(written))).toEqual({ entry: written });
      }),
      { numRuns: 3000 },
    );
  });

  it("takes no line that an export would have spelled otherwise", () => {
    const odd = fc.constantFrom("0", "\\", '"', "\\u0041", " ", "\t", "1", "-", ",", "null", '\\"', "\\/", "Z");
    const changes = fc.record({ written: entries, at: fc.nat(400), cut: fc.nat(2), put: odd });
    fc.assert(
      fc.property(changes, ({ written, at, cut, put }) => {
        const line = entryLine(written);
        const place = at % line.length;
        const changed = line.slice(0, place) + put + line.slice(place + cut);
        // What is no UTF-8 is refused before its lines are read.
        const read = changed.isWellFormed() ? readText(changed) : null;
        if (read !== null) expect("entry" in read && entryLine(read.entry)).toBe(changed);
      }),
      { numRuns: 5000 },
    );
  });
});
