import { expect, test } from "@playwright/test";
import { signedIn } from "./steps.ts";

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
