import { expect, test } from "@playwright/test";
import { expectState, liveInStaging, openIdentity, signedIn } from "../steps.ts";
import { setAhead } from "./clock.ts";

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
