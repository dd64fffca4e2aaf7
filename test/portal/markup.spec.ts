import { expect, type Page, test } from "@playwright/test";
import { answerPipeline, atTheQueue, signedIn, submitted } from "./steps.ts";

/** What people typed, which every screen must draw as it was typed: markup, attributes, code of templates, other directions, no end. */
const typed = `</script><script>alert(1)</script><img src=x onerror=alert(2)> "onfocus=alert(3) \${7*7} {{7*7}} شكرا על זה ${"x".repeat(300)}`;

/** Fails at a dialog that a script opened; the console is watched by `signedIn`. */
const without = (page: Page): Page => page.on("dialog", (dialog) => expect(dialog.message()).toBe("no dialog"));

/** Nothing is wider than a phone's screen. */
async function fits(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 800 });
}

test("markup, other directions and endless words stay text on every screen that shows them", async ({ browser }) => {
  test.setTimeout(180_000);
  const jonas = without(await signedIn(browser, "Jonas Kern"));
  const mara = without(await signedIn(browser, "Mara Lind"));
  const shows = async (page: Page) => {
    await expect(page.getByText(typed, { exact: false }).first()).toBeVisible();
    await expect(page.locator("main img, main script:not([nonce])")).toHaveCount(0);
    await fits(page);
  };
  await answerPipeline(jonas, {
    repository: "acme/ledger",
    environment: "production",
    bucket: "markup-of-a-purpose",
    why: typed,
  });
  const path = await submitted(jonas);
  await jonas.getByRole("textbox", { name: "Write to those who decide" }).fill(typed);
  await jonas.getByRole("button", { name: "Send" }).click();
  await expect(jonas.getByText(typed, { exact: false })).toHaveCount(2);
  await shows(jonas);
  await atTheQueue(mara, path);
  await shows(mara);
  await mara.goto(`/requests/${path.split("/").at(-1)}`);
  await shows(mara);
  for (const address of [
    `/audit?q=${path.split("/").at(-1)}`,
    `/requests?q=${encodeURIComponent(typed)}`,
    `/identities?q=${encodeURIComponent(typed)}&team=${encodeURIComponent(typed)}`,
    `/sign-in?refused=${encodeURIComponent(typed)}&to=${encodeURIComponent(typed)}`,
    `/findings?kind=${encodeURIComponent(typed)}`,
  ]) {
    await mara.goto(address);
    await expect(mara.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(mara.locator("main img, main script:not([nonce])")).toHaveCount(0);
    await fits(mara);
  }
});
