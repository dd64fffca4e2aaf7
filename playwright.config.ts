import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { freePort } from "./lib/embedded-postgres/cluster.mjs";
import { chromiumFlags, chromiumPath } from "./test/support/servers/chromium.ts";

// The portal under test is what `npm start` brings up, in a folder of its own. Playwright evaluates this file in each of its
// processes: what the first one chose is handed down in the environment.
process.env.CHARTER_TEST_CHROMIUM ??= await chromiumPath();
process.env.CHARTER_TEST_PORT ??= String(await freePort());
process.env.CHARTER_TEST_HOME ??= mkdtempSync(join(tmpdir(), "charter-portal-"));
// Tests count rows: they begin with none. What is shown on top of the demo's history has a run of its own, `npm test -- tour`.
process.env.CHARTER_DEMO_HISTORY ??= "none";
const hasHistory = process.env.CHARTER_DEMO_HISTORY !== "none";
const baseURL = `http://localhost:${process.env.CHARTER_TEST_PORT}`;

export default defineConfig({
  testDir: "test/portal",
  // Each run has its own, or the tour would take away what the other left of a failure.
  outputDir: hasHistory ? "test-results/tour" : "test-results/portal",
  forbidOnly: process.env.CI === "true",
  fullyParallel: false,
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL,
    launchOptions: { executablePath: process.env.CHARTER_TEST_CHROMIUM, args: [...chromiumFlags] },
    actionTimeout: 15_000,
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
  },
  // What sets the installation's clock ahead comes when nothing else runs any more.
  projects: [
    ...(hasHistory
      ? [{ name: "tour", testMatch: "**/tour/*.spec.ts" }]
      : [
          { name: "portal", testMatch: "**/*.spec.ts", testIgnore: "**/{later,last,signed,tour}/**" },
          { name: "later", testMatch: "**/later/*.spec.ts", dependencies: ["portal"] },
          { name: "last", testMatch: "**/last/*.spec.ts", dependencies: ["later"] },
          // From the first two keys on production is signed, for everybody and for good.
          { name: "signed", testMatch: "**/signed/*.spec.ts", dependencies: ["last"] },
        ]),
  ],
  webServer: {
    command: "node test/support/portal.mjs",
    url: `${baseURL}/api/health`,
    env: {
      PORT: process.env.CHARTER_TEST_PORT,
      CHARTER_HOME: process.env.CHARTER_TEST_HOME,
      CHARTER_DEMO_HISTORY: process.env.CHARTER_DEMO_HISTORY,
    },
    timeout: 600_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 30_000 },
    stdout: "pipe",
  },
});
