import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installedOnce } from "./cache.ts";
import { run } from "./process.ts";

const packaged = fileURLToPath(new URL("../../../node_modules/@sparticuz/chromium", import.meta.url));

/**
 * A Chromium that starts on this machine: an installed one, else the one in the npm package (with the libraries it
 * brings), else Debian's when we are root. Start it with `--no-sandbox`; root needs that.
 */
export async function chromiumPath(): Promise<string> {
  const own = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
  if (own) return own;
  const unpacked = await packagedChromium();
  if (starts(unpacked)) return unpacked;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    await run("apt-get", ["update", "-qq"]);
    await run("apt-get", ["install", "-qq", "-y", "--no-install-recommends", "chromium"]);
    return "/usr/bin/chromium";
  }
  throw new Error("No Chromium starts here. Install your system's chromium package.");
}

/** Flags for every launch: no GPU, no sandbox (root), no shared memory of 64 MB as in containers. */
export const chromiumFlags: readonly string[] = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];

async function packagedChromium(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(packaged, "package.json"), "utf8")) as { version: string };
  const place = await installedOnce(`chromium-${version}`, async (into) => {
    const code = `import("${join(packaged, "build", "index.js")}").then((m) => m.default.executablePath())`;
    // The package unpacks into TMPDIR, and its libraries only where it believes it runs on Lambda.
    await run(process.execPath, ["-e", code], {
      PATH: process.env.PATH,
      TMPDIR: into,
      AWS_LAMBDA_JS_RUNTIME: "nodejs22.x",
    });
    const script =
      '#!/bin/sh\nhere=$(dirname "$0")\nLD_LIBRARY_PATH="$LD_LIBRARY_PATH:$here/al2023/lib" exec "$here/chromium" "$@"\n';
    writeFileSync(join(into, "run"), script);
    chmodSync(join(into, "run"), 0o755);
  });
  return join(place, "run");
}

const starts = (path: string): boolean =>
  spawnSync(path, ["--version", "--no-sandbox"], { timeout: 30_000 }).status === 0;
