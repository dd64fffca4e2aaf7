import { expect, type Page, test } from "@playwright/test";
import { answerPipeline, expectState, signedIn, submitted } from "./steps.ts";

test("without a session every page leads to sign-in and every data route says so", async ({ page, request }) => {
  for (const path of ["/", "/requests", "/approvals", "/identities", "/settings"]) {
    await page.goto(path);
    await expect(page).toHaveURL(/\/sign-in(\?|$)/);
  }
  for (const path of ["/api/search?q=le", "/api/stream"]) expect((await request.get(path)).status()).toBe(401);
});

test("signing out ends the session for its cookie's value too", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  const cookies = await jonas.context().cookies();
  await jonas.getByRole("button", { name: /^Account: Jonas Kern/ }).click();
  await jonas.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(jonas).toHaveURL(/\/sign-in/);
  await jonas.context().addCookies(cookies);
  await jonas.goto("/");
  await expect(jonas).toHaveURL(/\/sign-in(\?|$)/);
});

test("a session value that was set before sign-in is never the one after it", async ({ browser, baseURL }) => {
  const context = await browser.newContext();
  const planted = "A".repeat(43);
  await context.addCookies([{ name: "charter-session", value: planted, url: baseURL ?? "" }]);
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Ida Holm" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^Hello/ })).toBeVisible();
  const session = (await context.cookies()).find((cookie) => cookie.name === "charter-session");
  expect(session?.value).not.toBe(planted);
  expect(session?.httpOnly).toBe(true);
  expect(session?.sameSite).toBe("Lax");
});

test("what changes while a page that is drawn does not listen yet is shown all the same, beside another tab too", async ({
  browser,
}) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await answerPipeline(jonas, {
    repository: "acme/ledger",
    environment: "production",
    bucket: "ledger-deaf",
    why: "Uploads what nobody waits for.",
  });
  const request = await submitted(jonas);
  await expectState(jonas, "Awaiting approval");
  const alone = await signedIn(browser, "Jonas Kern");
  const other = await signedIn(browser, "Jonas Kern");
  const deaf = [await drawnDeaf(alone, request), await drawnDeaf(await other.context().newPage(), request)];
  await jonas.getByRole("button", { name: "Withdraw" }).click();
  await jonas.getByRole("button", { name: "Withdraw the request" }).click();
  await expectState(jonas, "Withdrawn");
  for (const { page, listen } of deaf) {
    await expectState(page, "Awaiting approval");
    listen();
    await expectState(page, "Withdrawn");
  }
});

/** This address as the server drew it, with its scripts held back until it shall listen. */
async function drawnDeaf(page: Page, path: string): Promise<{ readonly page: Page; readonly listen: () => void }> {
  const scripts = Promise.withResolvers<void>();
  await page.route("**/_next/static/**/*.js*", async (route) => {
    await scripts.promise;
    await route.continue();
  });
  await page.goto(path, { waitUntil: "commit" });
  await expectState(page, "Awaiting approval");
  return { page, listen: scripts.resolve };
}

test("a menu, loaded when it is first opened, is opened, walked and left by keys alone", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  const theme = jonas.getByRole("button", { name: "Theme" });
  const [system, light] = ["As the system", "Light"].map((name) => jonas.getByRole("menuitemradio", { name }));
  await expect(theme).toHaveAttribute("aria-haspopup", "menu");
  for (const key of ["ArrowDown", "Enter"]) {
    await theme.focus();
    await jonas.keyboard.press(key);
    await expect(system ?? theme).toBeFocused();
    await jonas.keyboard.press("ArrowDown");
    await expect(light ?? theme).toBeFocused();
    await jonas.keyboard.press("Escape");
    await expect(theme).toBeFocused();
    await expect(theme).toHaveAttribute("aria-expanded", "false");
  }
});
