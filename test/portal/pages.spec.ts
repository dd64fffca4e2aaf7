import { expect, test } from "@playwright/test";
import { expectAccessible, signedIn } from "./steps.ts";

const pages = [
  "/",
  "/requests",
  "/requests/new",
  "/approvals",
  "/attestations",
  "/identities",
  "/findings",
  "/targets",
  "/policies",
  "/audit",
  "/settings",
];

for (const { theme, width } of [
  { theme: "light", width: 1440 },
  { theme: "dark", width: 390 },
] as const) {
  test(`every page at ${width} px, ${theme}: nothing serious by axe, nothing wider than the screen`, async ({
    browser,
  }) => {
    const mara = await signedIn(browser, "Mara Lind");
    await mara.setViewportSize({ width, height: 900 });
    await mara.emulateMedia({ colorScheme: theme });
    for (const path of pages) {
      await mara.goto(path);
      await expect(mara.getByRole("heading", { level: 1 })).toBeVisible();
      await expectAccessible(mara);
      const wider = await mara.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      expect(wider, `${path} is wider than the screen`).toBe(false);
    }
  });
}

test("what a person may not use is absent from the menu and not found by address", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  const menu = jonas.getByRole("navigation", { name: "Main", exact: true });
  await expect(menu.getByRole("link", { name: "Inventory" })).toBeVisible();
  await expect(menu.getByRole("link", { name: "Approvals" })).toHaveCount(0);
  await expect(menu.getByRole("link", { name: "Audit" })).toHaveCount(0);
});
