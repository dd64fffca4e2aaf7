import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// What the documents name must be there: commands, files, folders, and each other.

const root = fileURLToPath(new URL("..", import.meta.url));
const textOf = (file: string): string => readFileSync(join(root, file), "utf8");
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];
const found = (pattern: RegExp) =>
  documents.flatMap((file) => [...textOf(file).matchAll(pattern)].map((match) => ({ file, name: match[1] ?? "" })));
const say = (all: readonly { readonly file: string; readonly name: string }[]) =>
  all.map(({ file, name }) => `${file}: ${name}`);

test("every command is a script of package.json", () => {
  const { scripts } = JSON.parse(textOf("package.json"));
  const named = found(/npm run ([a-z:]+)/g);
  expect(named.length).toBeGreaterThan(10);
  expect(say(named.filter(({ name }) => !Object.hasOwn(scripts, name)))).toEqual([]);
});

test("every script runs a file that is there", () => {
  const { scripts } = JSON.parse(textOf("package.json"));
  const files = Object.values<string>(scripts).flatMap((script) => script.match(/\S+\.(mjs|ts)/g) ?? []);
  expect(
    files.filter((file) => !existsSync(join(root, file)) && !existsSync(join(root, "scripts/bench", file))),
  ).toEqual([]);
});

test("every path and every link leads somewhere", () => {
  const paths = found(/(?<![\w/.-])((?:app|components|db|docs|lib|scripts|test)\/[\w./()-]*\w)(?![\w<*{-])/g);
  const places = paths.filter(({ name }) => !existsSync(join(root, name.replace(/\.$/, ""))));
  const links = found(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g);
  const lost = links.filter(({ file, name }) => !existsSync(join(root, dirname(file), name)));
  expect(say([...places, ...lost])).toEqual([]);
});

test("decisions are numbered without gaps or doubles, each under its own number", () => {
  const files = readdirSync(join(root, "docs/decisions")).sort();
  expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, at) => at + 1));
  for (const [at, file] of files.entries())
    expect(textOf(`docs/decisions/${file}`)).toMatch(new RegExp(`^# ${at + 1}\\. `));
});
