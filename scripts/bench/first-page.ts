import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "@playwright/test";
import { chromiumFlags, chromiumPath } from "#test/support/servers/chromium.ts";
import { startInstallation } from "./installed.ts";
import { type Line, median } from "./measure.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const pages = [
  "/",
  "/requests",
  "/requests/new",
  "/approvals",
  "/attestations",
  "/identities",
  "/findings",
  "/policies",
];
const bound = { name: "bound-kB", value: 190 };

/**
 * What a browser with an empty cache loads for each page: script as it comes over the wire (gzip), bound 190 kB, and when its largest
 * piece was drawn. On a demo with nothing in it, signed in as security.
 */
export async function benchFirstPage(_: unknown, rounds: number): Promise<readonly Line[]> {
  const home = mkdtempSync(join(tmpdir(), "charter-first-page-"));
  const started = await startInstallation(checkout, home);
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: [...chromiumFlags] });
  try {
    const lines: Line[] = [];
    for (const path of ["/sign-in", ...pages]) {
      const loads: Load[] = [];
      for (let round = 0; round < rounds; round += 1) loads.push(await load(browser, started.url, path));
      const script = Math.max(...loads.map(({ scriptBytes }) => scriptBytes)) / 1_000;
      const drawn = median(loads.map(({ largestMs }) => largestMs));
      lines.push({
        ...{ name: `first-page.${path}`, value: script, unit: "kB", peer: bound, also: { "largest-drawn-ms": drawn } },
      });
    }
    return lines;
  } finally {
    await browser.close();
    await started.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

interface Load {
  readonly scriptBytes: number;
  readonly largestMs: number;
}

/** One page in a browser that has seen nothing but the sign-in. */
async function load(browser: Browser, url: string, path: string): Promise<Load> {
  const context = await browser.newContext({ baseURL: url });
  try {
    const page = await context.newPage();
    if (path !== "/sign-in") await signIn(page);
    const protocol = await context.newCDPSession(page);
    await protocol.send("Network.enable");
    await protocol.send("Network.clearBrowserCache");
    const scripts = new Set<string>();
    let scriptBytes = 0;
    protocol.on("Network.responseReceived", ({ requestId, type }) => {
      if (type === "Script") scripts.add(requestId);
    });
    protocol.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) scriptBytes += encodedDataLength;
    });
    await page.goto(path, { waitUntil: "load" });
    const largestMs = await page.evaluate(largestDrawn);
    return { scriptBytes, largestMs };
  } finally {
    await context.close();
  }
}

async function signIn(page: Page): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Mara Lind" }).click();
  await page.getByRole("heading", { level: 1, name: /^Hello/ }).waitFor();
}

/** Runs in the page: when the largest piece so far was drawn, ms after navigation. */
const largestDrawn = (): Promise<number> =>
  new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? 0)).observe({
      type: "largest-contentful-paint",
      buffered: true,
    });
  });
