import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./launcher/home.mjs";
import { pinnedNode } from "./launcher/packages.mjs";

// Changes one thing at a time in the core and asks whether a test notices, piece by piece:
// npm run mutate [-- PIECE… --concurrency N --mutate FILE --force]. Without a piece all of them. A piece that ended is kept, and when
// it is run again only what has changed since is tried. The last lines count; it fails below 85 of 100.
const pieces = JSON.parse(readFileSync(join(checkout, "test", "mutation", "pieces.json"), "utf8"));
const results = join(checkout, "test-results", "mutation");
const least = 85;

const words = process.argv.slice(2);
const named = words.filter((word) => word in pieces);
const options = words.filter((word) => !(word in pieces));
const fileOf = (name) => join(results, `${name}.json`);

function run(name) {
  const mutate = options.includes("--mutate") ? [] : ["--mutate", pieces[name].mutate.join(",")];
  const stryker = join(checkout, "node_modules", "@stryker-mutator", "core", "bin", "stryker.js");
  const args = [stryker, "run", "test/mutation/stryker.json", "--incrementalFile", fileOf(name), ...mutate, ...options];
  const env = { ...process.env, CHARTER_MUTATE: name };
  return spawnSync(pinnedNode(), args, { cwd: checkout, stdio: "inherit", env }).status ?? 1;
}

/** What a piece came to when it was last run to its end; what never runs after a file was loaded is left out. */
function count(name) {
  const { files } = JSON.parse(readFileSync(fileOf(name), "utf8"));
  const all = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const noticed = all.filter((status) => status === "Killed" || status === "Timeout").length;
  const missed = all.filter((status) => status === "Survived" || status === "NoCoverage").length;
  return { noticed, tried: noticed + missed };
}

mkdirSync(results, { recursive: true });
const wanted = named.length > 0 ? named : Object.keys(pieces);
const failed = wanted.filter((name) => run(name) !== 0);
const counts = wanted.filter((name) => existsSync(fileOf(name))).map((name) => ({ name, ...count(name) }));
console.log("");
for (const { name, noticed, tried } of counts)
  console.log(`${name}: ${noticed} of ${tried} noticed, ${((100 * noticed) / Math.max(tried, 1)).toFixed(1)} %`);
const below = counts.filter(({ noticed, tried }) => noticed * 100 < tried * least).map(({ name }) => name);
if (below.length > 0) console.log(`below ${least} %: ${below.join(", ")}`);
if (failed.length > 0) console.log(`not run to the end: ${failed.join(", ")}`);
process.exitCode = below.length + failed.length > 0 ? 1 : 0;
