import { parse } from "csv-parse/sync";
import fc from "fast-check";
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
  ["\n=1", `"'\n=1"`],
  ["\uFF1D1+1", `"'\uFF1D1+1"`],
  ["\uFF20sum", `"'\uFF20sum"`],
  ["'=1", `"''=1"`],
  ["' '=1", `"'' '=1"`],
  ["'quoted'", `"'quoted'"`],
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

/** What a reader who knows of the apostrophe gets back: our own is the first one before a formula. */
const textOf = (cell: string): string =>
  /^'[' \u00A0\uFEFF]*[=+\-@\t\r\n＝＋－＠]/u.test(cell) ? cell.slice(1) : cell;
const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(
        "'",
        "=",
        "+",
        "-",
        "@",
        "\t",
        "\r",
        "\n",
        " ",
        "\u00A0",
        "\uFEFF",
        "＝",
        "＠",
        '"',
        ",",
        ";",
        "a",
      ),
    )
    .map((letters) => letters.join("")),
);

test("any texts come back as they were, and none of them begins like a formula", () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 2, maxLength: 5 }), fc.array(hostile), (cells, more) => {
      const lines = [cells, [...more, ...cells].slice(0, cells.length)];
      const file = `${csvLine(["head", ...cells.slice(1).map(() => "head")])}${lines.map(csvLine).join("")}`;
      const [, ...read]: string[][] = parse(file, { record_delimiter: "\r\n" });
      expect(read.map((line) => line.map(textOf))).toEqual(lines);
      for (const cell of read.flat()) expect(cell).not.toMatch(/^[ \u00A0\uFEFF]*[=+\-@\t\r\n＝＋－＠]/u);
    }),
    { numRuns: 2_000 },
  );
});
