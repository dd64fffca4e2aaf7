import fc from "fast-check";
import { expect, it } from "vitest";
import { exportedEntry } from "#lib/audit/chain.ts";
import { isEntry } from "#lib/audit/export.ts";

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
