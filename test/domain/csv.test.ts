import { expect, test } from "vitest";
import { csvLine } from "#lib/domain/csv.ts";

test.each([
  ["=1+1", `"'=1+1"`],
  ["+1", `"'+1"`],
  ["-1", `"'-1"`],
  ["@sum(a1)", `"'@sum(a1)"`],
  ["\t=1", `"'\t=1"`],
  ["  =1", `"'  =1"`],
  ["\uFEFF=1", `"'\uFEFF=1"`],
  ["a=1", `"a=1"`],
  ['say "no", twice', `"say ""no"", twice"`],
  ["two\nlines", `"two\nlines"`],
  ["", `""`],
])("%j is shown as the text it is", (text, cell) => {
  expect(csvLine([text])).toBe(`${cell}\r\n`);
});

test("a number is a number, also below nought", () => {
  expect(csvLine(["a", -3])).toBe(`"a","-3"\r\n`);
});
