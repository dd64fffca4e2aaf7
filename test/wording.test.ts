import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { textsIn } from "./support/source.ts";

// Whatever a person may read is plain: no begging, no cheering, no words of the code.

const root = fileURLToPath(new URL("..", import.meta.url));
const spoken = /^(app|components|lib\/(domain|claims|facts|judgement|connectors|vaults|web|policy))\//;
const sentences = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter(
    (file) => spoken.test(file) && /\.(tsx?|json|cedar)$/.test(file) && !/\/data\/|simulator|contract\.ts$/.test(file),
  )
  .flatMap((file) => textsOf(file).map((text) => ({ file, text: text.replace(/\s+/g, " ").trim() })))
  .filter(({ text }) => / /.test(text));

function textsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  if (/\.(json|cedar)$/.test(file)) return [...text.matchAll(/"([^"\n]*)"/g)].map((match) => match[1] ?? "");
  return textsIn({ text, lang: file.endsWith("x") ? "tsx" : "ts" });
}

const saying = (pattern: RegExp) =>
  sentences.filter(({ text }) => pattern.test(text)).map(({ file, text }) => `${file}: ${text}`);

test("there are sentences to look at", () => {
  expect(sentences.length).toBeGreaterThan(500);
});

test("no sentence says please, successfully or oops, or exclaims", () => {
  expect(saying(/\b(please|successfully|oops)\b|[a-z]!(\s|$)/i)).toEqual([]);
});

test("no sentence speaks of sagas, squatters, sweeps, rungs or digests", () => {
  expect(saying(/^[A-Z].*\b(sagas?|squatters?|sweeps?|rungs?|digests?)\b/)).toEqual([]);
});
