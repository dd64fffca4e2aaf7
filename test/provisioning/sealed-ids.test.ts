import { expect, test } from "vitest";
import { factsAtFirst, replacedBy } from "#lib/domain/provisioning/rotation.ts";
import { strangersOf, whySuspended } from "#lib/domain/provisioning/strangers.ts";

const sealed = [
  [
    ["AKIA1", "AKIA2"],
    ["AKIA1", "AKIA2"],
  ],
  [["AKIA1", 7, null, { id: "AKIA2" }], ["AKIA1"]],
  [[], []],
  ["AKIA1", []],
  [null, []],
  [{ 0: "AKIA1", length: 1 }, []],
] as const;

test.each(sealed)(
  "of %j a rotation replaces and a suspension deletes %j, and nothing that is no text",
  (given, ids) => {
    expect(replacedBy({ change: { replaces: given } })).toEqual(ids);
    expect(strangersOf({ change: { strangers: given } })).toEqual(ids);
  },
);

test("a plan that says nothing of either replaces and deletes nothing, nor takes one for the other", () => {
  expect([replacedBy({ change: {} }), strangersOf({ change: {} })]).toEqual([[], []]);
  const change = { replaces: ["AKIA1"], strangers: ["AKIA2"] };
  expect([replacedBy({ change }), strangersOf({ change })]).toEqual([["AKIA1"], ["AKIA2"]]);
});

test("a rotation begins without what earlier intents recorded, but for the ids that stay beside it; nothing else does", () => {
  const change = { replaces: ["AKIA1"] };
  expect(factsAtFirst({ kind: "rotate", change })).toEqual({ credential: null, keys: ["AKIA1"] });
  for (const kind of ["provision", "suspend", "resume", "renew", "retire", "change-access"] as const)
    expect(factsAtFirst({ kind, change })).toEqual({});
});

const usedAt = new Date("2026-11-30T12:00:00.000Z");
test.each([
  [["AKIA1"], null, "The credential AKIA1 works and nobody recorded it. No use of it is known."],
  [
    ["AKIA1"],
    usedAt,
    "The credential AKIA1 works and nobody recorded it. It was last used at 2026-11-30T12:00:00.000Z.",
  ],
  [["A", "B"], null, "The credentials A and B work and nobody recorded them. No use of it is known."],
  [["A", "B", "C"], null, "The credentials A and B work and nobody recorded them. No use of it is known."],
  [["A\u202e\nB"], null, "The credential A B works and nobody recorded it. No use of it is known."],
])("why %j are suspended for is said in one line", (strangers, at, sentence) => {
  expect(whySuspended(strangers, at)).toBe(sentence);
});

test("an id of a hundred and thirty characters is told whole, a longer one is cut", () => {
  const [whole, long] = ["A".repeat(130), "A".repeat(131)];
  expect(whySuspended([whole], null)).toContain(`credential ${whole} works`);
  expect(whySuspended([long], null)).not.toContain(long);
});
