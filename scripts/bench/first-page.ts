import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "@playwright/test";
import { freePort } from "#lib/embedded-postgres/cluster.mjs";
import { chromiumFlags, chromiumPath } from "#test/support/servers/chromium.ts";
import { roomForHomes, startInstallation } from "./installed.ts";
import { lighthouse } from "./lighthouse.ts";
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
 * What a browser with an empty cache loads for each page: the scripts that its document names, as they come over the wire (gzip),
 * bound 190 kB; beside it all scripts until the page had loaded, of which the rest is fetched ahead for pages it links to, and when its
 * largest piece was drawn. On a demo with nothing in it, signed in as security. Then Lighthouse's four scores, where it can be had.
 */
export async function benchFirstPage(_: unknown, rounds: number): Promise<readonly Line[]> {
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: [...chromiumFlags] });
  const home = roomForHomes("charter-first-page-");
  const started = await startInstallation(checkout, home);
  try {
    const lines: Line[] = [];
    for (const path of ["/sign-in", ...pages]) {
      const loads: Load[] = [];
      for (let round = 0; round < rounds; round += 1) loads.push(await load(browser, started.url, path));
      const most = (of: (load: Load) => number) => Math.max(...loads.map(of)) / 1_000;
      const drawn = median(loads.map(({ largestMs }) => largestMs));
      lines.push({
        ...{ name: `first-page.${path}`, value: most(({ ownBytes }) => ownBytes), unit: "kB", peer: bound },
        also: { "with-ahead-kB": most(({ scriptBytes }) => scriptBytes), "largest-drawn-ms": drawn },
      });
    }
    return [...lines, ...(await judged(started.url))];
  } finally {
    await browser.close();
    await started.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** The lowest of four scores that Lighthouse gives each page, bound 98; none where it does not run. */
async function judged(url: string): Promise<readonly Line[]> {
  const profile = mkdtempSync(join(tmpdir(), "charter-lighthouse-"));
  const port = await freePort();
  const args = [...chromiumFlags, `--remote-debugging-port=${port}`];
  const context = await chromium.launchPersistentContext(profile, { executablePath: await chromiumPath(), args });
  try {
    const lines: Line[] = [];
    for (const path of ["/sign-in", ...pages]) {
      if (path === pages[0]) await signIn(await context.newPage(), url);
      // A page that did not come to its end is looked at once more: other load on the machine breaks a look off.
      const seen = (await lighthouse(`${url}${path}`, port)) ?? (await lighthouse(`${url}${path}`, port));
      if (seen === null) continue;
      const value = Math.min(...Object.values(seen.scores));
      lines.push({
        ...{ name: `lighthouse.${path}`, value, unit: "of 100", peer: { name: "bound", value: 98 } },
        also: seen.scores,
      });
      if (value < 98) process.stderr.write(`${path}: ${seen.below.join(", ")}\n`);
    }
    return lines;
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

interface Load {
  readonly ownBytes: number;
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
    const scripts = new Map<string, { readonly path: string; bytes: number }>();
    protocol.on("Network.responseReceived", ({ requestId, type, response }) => {
      if (type === "Script") scripts.set(requestId, { path: new URL(response.url).pathname, bytes: 0 });
    });
    protocol.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      const script = scripts.get(requestId);
      if (script !== undefined) script.bytes = encodedDataLength;
    });
    const answer = await page.goto(path, { waitUntil: "load" });
    const largestMs = await page.evaluate(largestDrawn);
    const document = (await answer?.text()) ?? "";
    const sum = (some: readonly { readonly bytes: number }[]) => some.reduce((all, { bytes }) => all + bytes, 0);
    const all = [...scripts.values()];
    const own = all.filter((script) => document.includes(`src="${script.path}"`));
    return { ownBytes: sum(own), scriptBytes: sum(all), largestMs };
  } finally {
    await context.close();
  }
}

async function signIn(page: Page, url = ""): Promise<void> {
  await page.goto(`${url}/sign-in`);
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
