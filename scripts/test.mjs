import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { checkout } from "./launcher/home.mjs";
import { pinnedNode } from "./launcher/packages.mjs";

// `npm test`: types, lint, build, vitest, Playwright without and with the demo's history; the last line adds up what every runner counted. `npm test -- types lint` runs those.

const ci = process.env.CI === "true";
const results = mkdtempSync(join(tmpdir(), "charter-test-"));
const bin = join(checkout, "node_modules", ".bin");

/** Each runner returns {passed, failed, skipped: names}. */
const runners = {
  types: () => checked("tsc", ["--noEmit", "-p", "."]),
  lint: () => checked("biome", ["ci", "."]),
  // Before vitest, which looks into the build for what must not be there; Playwright uses it too.
  build: () => verdict(spawnSync(pinnedNode(), ["scripts/build.mjs"], { cwd: checkout, stdio: "inherit" }).status ?? 1),
  vitest: () => {
    const file = join(results, "vitest.json");
    const status = program("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`]);
    return existsSync(file)
      ? vitestCounts(JSON.parse(readFileSync(file, "utf8")), status)
      : { passed: 0, failed: 1, skipped: [] };
  },
  playwright: () => browser("playwright"),
  // On top of the demo's history; what counts rows runs without one, above.
  tour: () => browser("tour", { CHARTER_DEMO_HISTORY: "lived" }),
};

function browser(name, env = {}) {
  const file = join(results, `${name}.json`);
  const status = program("playwright", ["test", "--reporter=list,json"], { PLAYWRIGHT_JSON_OUTPUT_NAME: file, ...env });
  return existsSync(file)
    ? playwrightCounts(JSON.parse(readFileSync(file, "utf8")), status)
    : { passed: 0, failed: 1, skipped: [] };
}

function program(name, args, env = {}) {
  const path = [bin, process.env.PATH].join(delimiter);
  const run = spawnSync(join(bin, name), args, {
    cwd: checkout,
    stdio: "inherit",
    env: { ...process.env, PATH: path, ...env },
  });
  return run.status ?? 1;
}

const verdict = (status) =>
  status === 0 ? { passed: 1, failed: 0, skipped: [] } : { passed: 0, failed: 1, skipped: [] };
const checked = (name, args) => verdict(program(name, args));

function vitestCounts(report, status) {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const skipped = tests
    .filter((test) => ["pending", "skipped", "todo"].includes(test.status))
    .map((test) => test.fullName);
  // A file that breaks before its first test fails as a whole.
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  const failed = report.numFailedTests + broken.length;
  return { passed: report.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed, skipped };
}

function playwrightCounts(report, status) {
  const { expected, unexpected, flaky } = report.stats;
  const failed = unexpected + flaky + report.errors.length;
  return {
    passed: expected,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: report.suites.flatMap((suite) => skippedIn(suite)),
  };
}

const skippedIn = (suite) => [
  ...suite.specs
    .filter((spec) => spec.tests.some((test) => test.status === "skipped"))
    .map((spec) => `${suite.title} › ${spec.title}`),
  ...(suite.suites ?? []).flatMap(skippedIn),
];

/** On CI a test that did not run is a failure, unless its name says that it is optional. */
const counts = (name) => ci && !/optional/i.test(name);

function main() {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in runners));
  if (unknown.length > 0)
    throw new Error(`npm test knows ${Object.keys(runners).join(", ")}, not ${unknown.join(", ")}.`);
  if (!existsSync(join(bin, "vitest")))
    throw new Error("The test tools are not installed. Run npm install --include=dev first.");
  pinnedNode();
  const ran = (asked.length > 0 ? asked : Object.keys(runners)).map((name) => ({ name, ...runners[name]() }));
  const skipped = ran.flatMap((runner) => runner.skipped);
  console.log("");
  for (const { name, passed, failed } of ran) console.log(`${name}: ${passed} passed, ${failed} failed`);
  for (const name of skipped) console.log(`skipped${counts(name) ? " (a failure on CI)" : ""}: ${name}`);
  const sum = (key) => ran.reduce((total, runner) => total + runner[key], 0);
  const failed = sum("failed") + skipped.filter(counts).length;
  console.log(`${sum("passed")} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(results, { recursive: true, force: true });
}
