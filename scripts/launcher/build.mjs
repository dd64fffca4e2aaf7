import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { checkout } from "./home.mjs";
import { waitForLock } from "./lock.mjs";
import { pinnedNode, writable } from "./packages.mjs";
import { lastWords, run } from "./run.mjs";
import { Stop } from "./sentence.mjs";

/** What the web is built from; a change in any of these makes a new build. */
const sources = [
  "app",
  "components",
  "lib",
  "db",
  "public",
  "proxy.ts",
  "instrumentation.ts",
  "next.config.ts",
  "postcss.config.mjs",
  "tsconfig.json",
  "package-lock.json",
];
const built = join(checkout, ".next");
const stamp = join(built, "charter-sources");
export const nextProgram = join(checkout, "node_modules", "next", "dist", "bin", "next");

/** Builds the web unless .next is a whole build of these very sources. */
export async function buildWeb({ env, log }) {
  const digest = sourcesDigest();
  if (isBuiltFrom(digest)) return "already there";
  if (!writable(checkout) || (existsSync(built) && !writable(built))) {
    throw new Stop(
      "This checkout is read-only and holds no build of its sources. Run npm run build where it can be written, then copy it here.",
    );
  }
  const cache = join(checkout, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const lock = await waitForLock(join(cache, "charter-build.lock"));
  try {
    if (isBuiltFrom(digest)) return "made by another launcher meanwhile";
    // Without the stamp an interrupted build counts as none.
    rmSync(stamp, { force: true });
    const next = await run(pinnedNode(), [nextProgram, "build"], {
      env: { ...env, NODE_ENV: "production" },
      log,
      started: lock.handOver,
    });
    if (next.status !== 0) throw new Stop(whyNot(next, log));
    writeFileSync(stamp, digest);
  } finally {
    lock.release();
  }
  return null;
}

const isBuiltFrom = (digest) =>
  existsSync(join(built, "BUILD_ID")) && existsSync(stamp) && readFileSync(stamp, "utf8") === digest;

function whyNot(next, log) {
  if (/ENOSPC/.test(next.stderr)) return `There is no free disk space for the build in ${checkout}.`;
  return `The web could not be built. ${log ? `Its log is ${log}. ` : ""}Last lines:\n${lastWords(next)}`;
}

function sourcesDigest() {
  const hash = createHash("sha256");
  for (const file of sources.flatMap((name) => filesIn(join(checkout, name)))) {
    hash
      .update(`${relative(checkout, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}
