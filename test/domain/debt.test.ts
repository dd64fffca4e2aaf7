import { describe, expect, test } from "vitest";
import { answeredShare, asDebtGroup, byWeek, debtOf, type Figures } from "#lib/domain/debt.ts";

const figures = (of: Record<string, number>): Figures => new Map(Object.entries(of));

test.each([
  [236, 49, 79.2],
  [3, 0, 100],
  [1_000_000, 1, 99.9],
  [1_000, 1_000, 0],
  [0, 0, null],
])("of %i identities %i lack an answer: %s %%", (counted, missing, share) => {
  expect(answeredShare(figures({ counted, "missing.any": missing }))).toBe(share);
});

test("the debt is the sum over its causes", () => {
  expect(debtOf(figures({ "debt.who": 3, "debt.policy": 4, "outside.who": 100 }))).toBe(7);
});

test("a group is known by its name", () => {
  expect(["outside.policy", "missing.any", "counted", "debt.who", ""].map(asDebtGroup)).toEqual([
    ...["outside.policy", "missing.any", "counted", null, null],
  ]);
});

describe("weeks", () => {
  const day = (text: string, value: number) => ({ day: text, figures: figures({ counted: value }) });
  const read = (days: readonly ReturnType<typeof day>[]) =>
    byWeek(days, { today: "2026-11-29", weeks: 3 }).map((week) => [week.day, week.figures?.get("counted") ?? null]);

  test("end with today and keep each its last count, in whatever order the days come", () => {
    expect(read([day("2026-11-29", 5), day("2026-11-23", 4), day("2026-11-22", 3), day("2026-11-16", 2)])).toEqual([
      ["2026-11-15", null],
      ["2026-11-22", 3],
      ["2026-11-29", 5],
    ]);
  });

  test("without a count are told as such, and what lies before them is left out", () => {
    expect(read([day("2026-11-08", 9), day("2026-11-09", 1)])).toEqual([
      ["2026-11-15", 1],
      ["2026-11-22", null],
      ["2026-11-29", null],
    ]);
  });

  test("do not count a day of the week before, and take the newest however it comes", () => {
    expect(read([day("2026-11-08", 9)]).map(([, value]) => value)).toEqual([null, null, null]);
    const newest = (...days: readonly ReturnType<typeof day>[]) => read(days).at(-1)?.[1];
    const [old, young] = [day("2026-11-24", 1), day("2026-11-26", 2)];
    expect([newest(old, young), newest(young, old)]).toEqual([2, 2]);
  });

  test("are all empty before anything was counted", () => {
    expect(read([]).map(([, value]) => value)).toEqual([null, null, null]);
  });
});
