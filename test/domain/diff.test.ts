import { describe, expect, test } from "vitest";
import type { Charter } from "#lib/domain/charter.ts";
import { charterDiff, planDiff } from "#lib/domain/diff.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan, PlannedObject } from "#lib/domain/plan.ts";
import { charter, days } from "./forms.ts";

describe("a charter that differs", () => {
  const names = { jonas: "Jonas Kern", amara: "Amara Obi" };
  test.each<[string, Partial<Charter>, object]>([
    [
      "a list as a whole",
      { dataDomains: ["cards", "amara"] },
      { field: "dataDomains", before: "", after: "cards, Amara Obi" },
    ],
    [
      "a leaf inside",
      { backup: { person: "jonas" } },
      { field: "backup.person", before: "Amara Obi", after: "Jonas Kern" },
    ],
    [
      "what comes where nothing was",
      { rotation: { everyDays: 60, riskAnalysis: "RA-1" } },
      { field: "rotation", before: null, after: "everyDays 60, riskAnalysis RA-1" },
    ],
    [
      "objects in a list",
      { retireWhen: [{ kind: "unused", days: 90 }] },
      { field: "retireWhen", before: "kind unused, days 90, kind owner-gone", after: "kind unused, days 90" },
    ],
    ["a number", { spec: { bucket: 5 } }, { field: "spec.bucket", before: "ledger-cold", after: "5" }],
    ["yes", { spec: { bucket: true } }, { field: "spec.bucket", before: "ledger-cold", after: "yes" }],
    ["no", { spec: { bucket: false } }, { field: "spec.bucket", before: "ledger-cold", after: "no" }],
    ["nothing", { spec: { bucket: null } }, { field: "spec.bucket", before: "ledger-cold", after: null }],
    [
      "nothing in a list",
      { spec: { bucket: [null, "a"] } },
      { field: "spec.bucket", before: "ledger-cold", after: "none, a" },
    ],
    [
      "nothing in an object",
      { spec: { bucket: { a: null, b: 1 } } },
      { field: "spec.bucket", before: "ledger-cold", after: "a none, b 1" },
    ],
    [
      "no list but a set of fields",
      { spec: { bucket: {} } },
      { field: "spec.bucket", before: "ledger-cold", after: "" },
    ],
  ])("says %s in words", (_, change, expected) => {
    expect(charterDiff(charter, { ...charter, ...change }, names)).toEqual([expect.objectContaining(expected)]);
  });
  test("compares lists entry by entry, and neither a list nor nothing with a set of fields", () => {
    const spec = (value: JsonObject) => ({ ...charter, spec: value });
    const differs = (a: JsonObject, b: JsonObject) => charterDiff(spec(a), spec(b)).length;
    expect(differs({ a: [{ x: 1, y: 2 }, "b"] }, { a: [{ y: 2, x: 1 }, "b"] })).toBe(0);
    expect(differs({ a: ["b", "c"] }, { a: ["c", "b"] })).toBe(1);
    expect(differs({ a: ["b"] }, { a: ["b", "c"] })).toBe(1);
    expect(differs({ a: ["b", "c"] }, { a: ["b"] })).toBe(1);
    expect(differs({ a: [] }, { a: {} })).toBe(1);
    expect([differs({ a: ["x"] }, { a: "x" }), differs({ a: "x" }, { a: ["x"] })]).toEqual([1, 1]);
    expect(differs({ a: {} }, { a: null })).toBe(1);
    expect(differs({ a: null }, { a: {} })).toBe(1);
    expect(differs({ a: { x: 1 } }, { a: {} })).toBe(1);
    expect(differs({ a: [{ x: 1 }] }, { a: [{}] })).toBe(1);
    expect(differs({ a: [{}] }, { a: [{ x: 1 }] })).toBe(1);
  });
});

describe("a plan that differs", () => {
  const role: PlannedObject = { kind: "role", title: "Role", name: "r1", details: [], desired: { path: "/" } };
  const plan: Plan = {
    ...{
      v: 1,
      kind: "provision",
      request: "q",
      version: 1,
      identity: "q",
      connector: "cloud",
      target: "t",
      name: "r1",
    },
    ...{ entries: { target: "d", vault: null }, objects: [role], storage: null, endsAt: days(9), change: {} },
  };
  test("tells of objects first, whichever side they are on, then of storage, end, target and configuration", () => {
    const policy: PlannedObject = { ...role, kind: "inline-policy", title: "Policy", name: "p1" };
    const storage = { vault: "main", mount: "secret", path: "a" };
    const after: Plan = {
      ...{ ...plan, objects: [policy, { ...role, title: "IAM role", desired: { path: "/x" } }], storage },
      ...{ endsAt: days(10), target: "u", entries: { target: "e", vault: null } },
    };
    expect(planDiff(plan, after)).toEqual([
      { field: "role r1.path", label: "IAM role", before: "/", after: "/x" },
      { field: "inline-policy p1", label: "Policy", before: null, after: "p1" },
      { field: "storage", label: "Storage", before: null, after: "vault main, mount secret, path a" },
      { field: "endsAt", label: "Ends", before: days(9), after: days(10) },
      { field: "target", label: "Target", before: "t", after: "u" },
      { field: "entries.target", label: "Configuration", before: "d", after: "e" },
    ]);
  });
});
