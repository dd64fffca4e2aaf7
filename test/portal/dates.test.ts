import { expect, test } from "vitest";
import { dayAhead, dayIn, startOf } from "#components/ui/moment.ts";
import { daysUntil } from "#lib/domain/instant.ts";

test.each([
  ["30 Nov 2027", "2027-11-30"],
  [" 1 november 2027 ", "2027-11-01"],
  ["29 Feb 2028", "2028-02-29"],
  ["2027-11-30", "2027-11-30"],
])("%s is a day", (text, day) => {
  expect(dayIn(text)).toBe(day);
});

test.each(["", "30 Nov", "29 Feb 2027", "31 Nov 2027", "2027-02-29", "11/30/2027", "30 Nop 2027", "30 Nov 20270"])(
  "%s is none",
  (text) => {
    expect(dayIn(text)).toBeNull();
  },
);

test("the last day that policy allows is chosen at any hour, and the day after it is refused at any", () => {
  const midnight = Date.parse("2026-12-01T00:00:00.000Z");
  for (const hour of [0, 1, 9, 12, 23]) {
    const now = midnight + hour * 3_600_000 + 1;
    const chosen = (days: number) => daysUntil(startOf(dayAhead(now, days)), new Date(now));
    expect([chosen(90), chosen(91)], `${hour}:00`).toEqual([90, 91]);
  }
});
