import { describe, expect, test } from "vitest";
import {
  asFindingKind,
  findingKinds,
  levelOf,
  mayMute,
  mayMuteAs,
  remediesOf,
  severityBelow,
  severityOf,
  wordsOf,
} from "#lib/domain/finding.ts";
import { days, now } from "./forms.ts";

describe("how much a finding matters", () => {
  test("is its kind, where the identity lives and a quarter of its risk, each by name", () => {
    expect(severityOf("stale", { environment: "prod", risk: 43 })).toEqual({
      points: 55,
      parts: [
        { label: "No longer used", points: 25 },
        { label: "prod", points: 20 },
        { label: "a quarter of its risk, 43", points: 10 },
      ],
    });
  });
  test("leaves out what adds nothing, and is the kind alone without an identity", () => {
    const alone = { points: 60, parts: [{ label: "Not ours", points: 60 }] };
    expect(severityOf("squatter", { environment: "dev", risk: 3 })).toEqual(alone);
    expect(severityOf("squatter", null)).toEqual(alone);
  });
  test("is 100 at most", () => {
    expect(severityOf("squatter", { environment: "prod", risk: 80 }).points).toBe(100);
    expect(severityOf("squatter", { environment: "prod", risk: 100 }).points).toBe(100);
    expect(severityOf("squatter", { environment: "staging", risk: 100 }).points).toBe(90);
  });
  test.each([
    [0, "low"],
    [39, "low"],
    [40, "medium"],
    [59, "medium"],
    [60, "high"],
    [100, "high"],
    [-1, "low"],
  ])("%i points are %s", (points, level) => expect(levelOf(points)).toBe(level));
  test("ends where the next worse level begins", () => {
    expect([severityBelow("low"), severityBelow("medium"), severityBelow("high")]).toEqual([40, 60, 101]);
  });
});

test("a kind is known by its name, and every kind has its words", () => {
  expect([asFindingKind("stale"), asFindingKind("toString"), asFindingKind("")]).toEqual(["stale", null, null]);
  for (const kind of findingKinds) expect(wordsOf(kind).meaning).toMatch(/\.$/);
});

test("what would end a finding is offered best first", () => {
  expect(remediesOf("unowned")).toEqual(["transfer", "retire"]);
  expect(remediesOf("drifted")).toEqual(["suspend", "change-access", "rotate", "retire"]);
  expect(remediesOf("squatter")).toEqual([]);
});

describe("a finding is muted", () => {
  const reason = "Ten signs.";
  const refused = (of: { reason?: string; until?: string }) => {
    const until = new Date(of.until ?? days(90));
    const may = mayMute({ reason: of.reason ?? reason, until, mostDays: 90, now });
    return "refusals" in may ? may.refusals : may;
  };
  const just = (ms: number) => new Date(now.getTime() + ms).toISOString();
  test("with a reason, up to the last day that policy allows", () => {
    expect(refused({})).toEqual({ ok: null });
    expect(refused({ until: just(1), reason: "x".repeat(500) })).toEqual({ ok: null });
  });
  test.each([
    ["never", "This is not a date."],
    [days(0), "The end has passed; choose a day ahead."],
    [just(90 * 86_400_000 + 1), "Policy mutes for at most 90 days; choose an earlier day."],
  ])("not until %s", (until, sentence) =>
    expect(refused({ until })).toEqual([{ code: "invalid", field: "until", sentence }]),
  );
  test("not without saying why; both are said at once", () => {
    const why = { code: "invalid", field: "reason", sentence: "Use at least 10 characters; it has 9." };
    expect(refused({ reason: "Nine long" })).toEqual([why]);
    expect(refused({ reason: "x".repeat(501) })).toMatchObject([{ field: "reason" }]);
    expect(refused({ reason: "Nine long", until: days(0) })).toMatchObject([why, { field: "until" }]);
  });
  test("by its owner and by security", () => {
    const forbidden = {
      refusals: [{ code: "forbidden", sentence: "Only the owner or security mutes a finding." }],
    };
    expect(mayMuteAs("amara", { id: "amara", roles: [] })).toEqual({ ok: null });
    expect(mayMuteAs(null, { id: "mara", roles: ["security"] })).toEqual({ ok: null });
    expect(mayMuteAs("amara", { id: "mara", roles: ["operator"] })).toEqual(forbidden);
    expect(mayMuteAs(null, { id: "amara", roles: [] })).toEqual(forbidden);
  });
});
