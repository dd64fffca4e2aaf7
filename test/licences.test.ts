import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";

// What Charter ships with may be used by everybody: docs/licences.md names each direct dependency, the lock file all of them.

const textOf = (path: string): string => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");
const listed = z.record(z.string(), z.string()).default({});
const manifest = z
  .object({ dependencies: listed, optionalDependencies: listed, devDependencies: listed })
  .parse(JSON.parse(textOf("package.json")));
const licence = z.union([
  z.string(),
  z.array(z.object({ type: z.string() })).transform((all) => all.map(({ type }) => type).join(" OR ")),
]);
const { packages } = z
  .object({ packages: z.record(z.string(), z.object({ license: licence.optional() })) })
  .parse(JSON.parse(textOf("package-lock.json")));

const fine =
  /^(MIT|MIT-0|Apache-2\.0|ISC|0BSD|BSD-[23]-Clause|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|CC-BY-4\.0|OFL-1\.1|MPL-2\.0|LGPL-3\.0-or-later|Public Domain)$/;
/** One of the alternatives must be fine; all that hold together must be. */
const isFine = (expression: string): boolean =>
  expression
    .replaceAll(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((one) => fine.test(one)));

test("every installed package has a licence that asks nothing of who runs it", () => {
  const bad = Object.entries(packages).filter(([path, { license }]) => path !== "" && !isFine(license ?? "none"));
  expect(bad.map(([path, { license }]) => `${path}: ${license ?? "none"}`)).toEqual([]);
  expect(["AGPL-3.0-only", "BUSL-1.1", "GPL-3.0-only", "MIT AND AGPL-3.0-only"].filter(isFine)).toEqual([]);
});

test("docs/licences.md names every direct dependency with its licence", () => {
  const names = Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
  });
  const rows = names.sort().map((name) => `${name} | ${packages[`node_modules/${name}`]?.license ?? "none"}`);
  const told = textOf("docs/licences.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  expect(
    told.map((line) =>
      line
        .replaceAll(/[|`]/g, " ")
        .trim()
        .split(/\s{2,}/)
        .join(" | "),
    ),
  ).toEqual(rows);
});

test("every version is exact", () => {
  const versions = Object.entries({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
  });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});
