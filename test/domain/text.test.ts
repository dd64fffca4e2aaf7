import fc from "fast-check";
import { expect, test } from "vitest";
import { daysUntil, instantOf, judgedAt, midnightIn } from "#lib/domain/instant.ts";
import { isSlug, isUuid, plainLine, slugOf, whyNotPlain } from "#lib/domain/text.ts";
import { days, now } from "./forms.ts";

const limits = { min: 15, max: 500 };

test.each([
  ["fifteen letters", true],
  ["fourteen lette", false],
  [`  fourteen lette  `, false],
  ["x".repeat(500), true],
  ["x".repeat(501), false],
  ["😀".repeat(500), true],
  ["يكتب نسخة من دفتر الأستاذ إلى المخزن", true],
  ["כותב עותק של הספר לאחסון ‏קר", true],
  ["Loads the export\u202Egpj.exe", false],
  ["Loads the export\u2066hidden\u2069", false],
  ["Loads the export\nand more", false],
  ["Loads the export\u0000", false],
  ["Loads the export\uD800", false],
])("a purpose of one plain line: %j is %j", (text, plain) => {
  expect(whyNotPlain(text, limits) === null).toBe(plain);
});

test.each([
  ["\uD800 and the rest of it", "It contains half a character; type it again."],
  ["a line\nand another one", "It contains line breaks or control characters; write it as one line."],
  ["a line\u2028and another", "It contains line breaks or control characters; write it as one line."],
  ["a mark\uFEFF within it all", "It contains line breaks or control characters; write it as one line."],
  ["turned \u202Aaround it is", "It contains characters that reverse the reading order; remove them."],
  ["turned \u2069around it is", "It contains characters that reverse the reading order; remove them."],
  ["  fourteen lette  ", "Use at least 15 characters; it has 14."],
  ["😀".repeat(501), "Use at most 500 characters; it has 501."],
])("%j is no plain line, and says why", (text, why) => expect(whyNotPlain(text, limits)).toBe(why));

test.each([
  ["a\nb\tc   d", 20, "a b c d"],
  [" a ", 20, "a"],
  ["a\u202Eb\u2066c\uD800d", 20, "abcd"],
  ["a\uFEFFb\u2029c", 20, "a b c"],
  ["ab cd", 3, "ab"],
  [" abcd", 3, "abc"],
  ["😀😀😀", 2, "😀😀"],
])("%j in one plain line of at most %i: %j", (text, max, line) => expect(plainLine(text, max)).toBe(line));

test.each([
  ["Ledger Snapshots", 40, "ledger-snapshots"],
  ["  Ünïcödé -- ﬁx!  ", 40, "unicode-fix"],
  ["a-b-c", 2, "a"],
  ["a-b-c", 3, "a-b"],
  ["—", 40, ""],
  ["x".repeat(41), undefined, "x".repeat(40)],
])("the slug of %j within %j is %j", (text, max, slug) => expect(slugOf(text, max)).toBe(slug));

test("an id is as PostgreSQL writes it", () => {
  const id = "0123abcd-4567-89ab-cdef-0123456789ab";
  expect(isUuid(id)).toBe(true);
  for (const other of [`x${id}`, `${id}0`, id.toUpperCase(), id.slice(1), id.replaceAll("-", ""), "", `${id}\n`])
    expect(isUuid(other)).toBe(false);
});

test.each([
  ["ab", true],
  ["a", false],
  ["a".repeat(40), true],
  ["a".repeat(41), false],
  ["a-b", true],
  ["a--b", false],
  ["-a", false],
  ["a-", false],
  ["Ab", false],
  ["a_b", false],
  ["ä-b", false],
  ["4d", true],
])("the slug %j is %j", (text, is) => {
  expect(isSlug(text)).toBe(is);
});

test("a slug made of any text is one, or too short to be", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const slug = slugOf(text);
      expect(slug.length < 2 || isSlug(slug)).toBe(true);
      expect(slugOf(slug)).toBe(slug);
    }),
  );
});

test("one plain line of any text is plain, or nothing, and stays as it is", () => {
  const odd = fc.constantFrom("\u202e", "\u2066", "\u0000", "\n", "\ud800", "\udc00", "\u2028", "\ufeff", " ");
  const any = fc.array(fc.oneof(odd, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 20 });
  fc.assert(
    fc.property(any, fc.integer({ min: 1, max: 30 }), (parts, max) => {
      const line = plainLine(parts.join(""), max);
      expect(line === "" ? null : whyNotPlain(line, { min: 1, max })).toBeNull();
      expect(plainLine(line, max)).toBe(line);
    }),
  );
});

test("an instant is what toISOString writes, and nothing else", () => {
  expect(instantOf("2026-11-22T10:00:00.000Z")).toBe(now.getTime());
  for (const text of [
    "2026-11-22",
    "2026-11-22T10:00:00Z",
    "2026-02-30T10:00:00.000Z",
    "2026-11-22T10:00:00.000+01:00",
    "tomorrow",
    "+012026-11-22T10:00:00.000Z",
  ])
    expect(instantOf(text)).toBeNull();
});

test("days are rounded up, and a default end never lies further than asked", () => {
  expect(daysUntil(days(90), now)).toBe(90);
  expect(daysUntil(new Date(now.getTime() + 90 * 86_400_000 + 1).toISOString(), now)).toBe(91);
  expect(midnightIn(90, now)).toBe("2027-02-20T00:00:00.000Z");
  expect(daysUntil(midnightIn(90, now), now)).toBe(90);
});

test("a claim is judged at the time it was received where the clock was set back since, by at most two hours", () => {
  const received = new Date("2026-12-01T00:30:00.000Z");
  const at = (ms: number) => judgedAt([received], new Date(received.getTime() + ms)).getTime() - received.getTime();
  expect([1, 0, -1, -7_200_000, -7_200_001].map(at)).toEqual([1, 0, 0, 0, -7_200_001]);
  const [early, now] = [new Date("2026-11-30T23:40:00.000Z"), new Date("2026-11-30T23:35:00.000Z")];
  expect(judgedAt([received, early], now)).toEqual(received);
  expect(judgedAt([early, new Date("2026-12-01T02:00:00.000Z")], now)).toEqual(early);
  expect(judgedAt([], now)).toEqual(now);
});
