import { expect, test } from "vitest";
import { dayIn } from "#components/ui/moment.ts";

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
