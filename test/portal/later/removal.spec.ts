import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import postgres from "postgres";
import { expectState, liveInStaging, openIdentity, signedIn } from "../steps.ts";

/** Sets the demo's clock ahead, as the role that owns the schema may. Sessions, deadlines and holds all run out by it. */
async function setAhead(interval: string): Promise<void> {
  const env = readFileSync(join(process.env.CHARTER_TEST_HOME ?? "", "migrate.env"), "utf8");
  const url = /^CHARTER_MIGRATE_DATABASE_URL=(.*)$/m.exec(env)?.[1] ?? "";
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`update charter.clock_offset set ahead = ${interval}::interval`;
  } finally {
    await sql.end();
  }
}

test("retired, disabled at once, and removed when its hold has passed", async ({ browser }) => {
  test.setTimeout(120_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  await liveInStaging(jonas, "short-lived");
  await openIdentity(jonas);
  const identity = new URL(jonas.url()).pathname;
  await jonas.getByRole("button", { name: "Retire" }).click();
  await jonas.getByRole("dialog").getByLabel("Why").fill("The release is out.");
  await jonas.getByRole("dialog").getByRole("button", { name: "Retire" }).click();
  await expect(jonas.getByRole("list", { name: "Steps" }).getByRole("listitem").first()).toContainText("Read back");
  await jonas.goto(identity);
  await expectState(jonas, "Retiring");

  await setAhead("15 days");
  try {
    const ravi = await signedIn(browser, "Ravi Menon");
    await ravi.goto(identity);
    await expectState(ravi, "Retired", 60);
    await expect(ravi.getByRole("region", { name: "When it ends" })).toContainText("Removed");
    const belongings = ravi.getByRole("region", { name: "Objects and credentials", exact: true });
    await expect(belongings.getByText("Removed").first()).toBeVisible();
    await expect(belongings.getByText("Live", { exact: true })).toHaveCount(0);
  } finally {
    await setAhead("0");
  }
});
