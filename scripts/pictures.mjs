import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { freePort } from "../lib/embedded-postgres/cluster.mjs";
import { answerPipeline, approveAt, atTheQueue, liveInStaging, openIdentity, submitted } from "../test/portal/steps.ts";
import { chromiumFlags, chromiumPath } from "../test/support/servers/chromium.ts";

// `npm run pictures`: docs/pictures from the real product. Brings up an installation of its own, asks, approves, and looks.

const pictures = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const tooMuch = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: ["s3:PutObject"], Resource: "arn:aws:s3:::billing-archive/*" },
    { Effect: "Allow", Action: ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], Resource: "*" },
  ],
});

/** Starts an installation; resolves once it is healthy with {url, stop}. */
async function installation(home) {
  const port = await freePort();
  const start = fileURLToPath(new URL("./start.mjs", import.meta.url));
  const env = { ...process.env, CHARTER_HOME: home, PORT: String(port), CHARTER_DEMO_HISTORY: "none" };
  const child = spawn(process.execPath, [start], { env, stdio: ["ignore", "inherit", "inherit"] });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const url = `http://localhost:${port}`;
  const stop = async () => {
    child.kill("SIGTERM");
    await gone;
  };
  for (;;) {
    if (child.exitCode !== null) throw new Error("The portal did not start.");
    const healthy = await fetch(`${url}/api/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (healthy) return { url, stop };
    await pause(500);
  }
}

/** A demo person in a browser of their own. */
async function signedIn(browser, url, name) {
  const context = await browser.newContext({ baseURL: url, locale: "en-GB", timezoneId: "UTC" });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name }).click();
  await page.getByRole("heading", { level: 1, name: /^Hello/ }).waitFor();
  return page;
}

/** The page as it stands: light and dark, wide and narrow. */
async function take(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      await pause(300);
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}-${width}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function draw(browser, url) {
  const jonas = await signedIn(browser, url, "Jonas Kern");
  const mara = await signedIn(browser, url, "Mara Lind");
  await liveInStaging(jonas, "billing-previews");
  await openIdentity(jonas);
  await take(jonas, "identity");

  const answers = { repository: "acme/billing", environment: "production" };
  await answerPipeline(jonas, {
    ...answers,
    bucket: "billing-statements",
    why: "Publishes statements for the auditors.",
  });
  await submitted(jonas);
  await answerPipeline(jonas, { ...answers, bucket: "billing-archive", why: "Archives each month's invoices." });
  await jonas.getByText("People will be asked.").waitFor();
  await take(jonas, "request-form");
  await jonas.getByRole("button", { name: "Paste a policy" }).click();
  await jonas.getByRole("textbox", { name: "What must it do?" }).fill(tooMuch);
  await jonas.getByRole("note").first().waitFor();
  const path = await submitted(jonas);
  await atTheQueue(mara, path);
  await take(mara, "approvals");
  await approveAt(mara, path, "It is for a drill.");
  const tomas = await signedIn(browser, url, "Tomás Vidal");
  await approveAt(tomas, path, "It is for a drill.");
  await jonas.getByRole("region", { name: "Use it" }).waitFor();
  await take(jonas, "request");
  for (const page of ["/", "/identities", "/targets", "/policies", "/audit"]) {
    await mara.goto(page);
    await take(mara, page === "/" ? "my-work" : page === "/identities" ? "inventory" : page.slice(1));
  }
}

const home = mkdtempSync(join(tmpdir(), "charter-pictures-"));
const portal = await installation(home);
try {
  mkdirSync(pictures, { recursive: true });
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: [...chromiumFlags] });
  try {
    await draw(browser, portal.url);
  } finally {
    await browser.close();
  }
} finally {
  await portal.stop();
  rmSync(home, { recursive: true, force: true });
}
