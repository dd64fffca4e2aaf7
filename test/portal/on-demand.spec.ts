import { expect, type Locator, type Page, test } from "@playwright/test";
import { comeAgain, laterScriptsAreMissing, scriptsWait } from "./scripts.ts";
import { expectFitToRead, signedIn } from "./steps.ts";

const why = "Archives each month's invoices for the auditors.";
const inTheForm = [
  {
    part: "the composer",
    verb: "Compose it yourself",
    says: "The composer could not be shown. What you typed is kept: try again, or load the page anew.",
    comes: (page: Page) => page.getByPlaceholder(/^Search services and actions/),
  },
  {
    part: "the field for an error message",
    verb: "Paste an error message",
    says: "The field for it could not be shown. What you typed is kept: try again, or load the page anew.",
    comes: (page: Page) => page.getByRole("textbox", { name: "The error message" }),
  },
  {
    part: "a filled field's editor",
    verb: "Change Name",
    says: "The field for it could not be shown. What you typed is kept: try again, or load the page anew.",
    comes: (page: Page) => page.getByRole("textbox", { name: "Name", exact: true }),
  },
];

for (const { part, verb, says, comes } of inTheForm)
  test(`where ${part} does not come, the form keeps what was typed and may ask again`, async ({ browser }) => {
    const jonas = await signedIn(browser, "Jonas Kern");
    await laterScriptsAreMissing(jonas);
    await jonas.goto("/requests/new?blueprint=aws-role-ci-pipeline&repo=acme/billing&environment=staging");
    await jonas.getByLabel("Why does it exist?").fill(why);
    await jonas.getByRole("button", { name: verb, exact: true }).click();
    const told = jonas.getByRole("main").getByRole("alert");
    await expect(told).toContainText(says);
    await expectFitToRead(jonas);
    await told.getByRole("button", { name: "Try again" }).click();
    await expect(told).toContainText(says);
    await comeAgain(jonas, told);
    await expect(comes(jonas)).toBeFocused();
    await expect(jonas.getByLabel("Why does it exist?")).toHaveValue(why);
  });

test("what comes late takes no focus that was clicked away meanwhile", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await laterScriptsAreMissing(jonas);
  await jonas.goto("/requests/new");
  await jonas.getByRole("button", { name: "Not sure?" }).click();
  const told = jonas.getByRole("main").getByRole("alert");
  await expect(told).toBeVisible();
  await jonas.unrouteAll();
  let come = () => {};
  await scriptsWait(jonas, new Promise((resolve) => (come = () => resolve("come"))));
  await told.getByRole("button", { name: "Try again" }).press("Enter");
  await expect(told).toBeHidden();
  await jonas.getByRole("heading", { level: 1 }).click();
  come();
  await expect(jonas.getByLabel("What will use it?")).toBeVisible();
  expect(await jonas.evaluate(() => document.activeElement?.tagName)).toBe("BODY");
});

test("where the three questions do not come, the blueprints stay and they may be asked for again", async ({
  browser,
}) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await laterScriptsAreMissing(jonas);
  await jonas.goto("/requests/new");
  await jonas.getByRole("searchbox", { name: "Search blueprints" }).fill("pipeline");
  await jonas.getByRole("button", { name: "Not sure?" }).click();
  const told = jonas.getByRole("main").getByRole("alert");
  await expect(told).toContainText("The three questions could not be shown.");
  await expectFitToRead(jonas);
  await comeAgain(jonas, told);
  await expect(jonas.getByLabel("What will use it?")).toBeFocused();
  await expect(jonas.getByRole("searchbox", { name: "Search blueprints" })).toHaveValue("pipeline");
});

const floating = [
  {
    part: "a dialog",
    path: "/identities",
    name: "Keys of the inventory",
    key: "?",
    comes: (dialog: Locator) => dialog.getByText("next row"),
  },
  {
    part: "the palette",
    path: "/requests/new?blueprint=aws-role-ci-pipeline",
    name: "Search or jump to",
    key: "Control+k",
    comes: (dialog: Locator) => dialog.getByRole("combobox"),
  },
];

for (const { part, path, name, key, comes } of floating)
  test(`where ${part} does not come, the page is not held and it may be asked for again`, async ({ browser }) => {
    const jonas = await signedIn(browser, "Jonas Kern");
    await laterScriptsAreMissing(jonas);
    await jonas.goto(path);
    const before = jonas.getByRole("link", { name: "Inventory" }).first();
    await before.focus();
    const dialog = jonas.getByRole("dialog", { name });
    const opened = () =>
      expect(async () => {
        if (await dialog.isHidden()) await jonas.keyboard.press(key);
        await expect(dialog).toBeVisible({ timeout: 2_000 });
      }).toPass();
    await opened();
    await expect(dialog).toContainText("It could not be shown. Try again, or load the page anew.");
    await expectFitToRead(jonas);
    expect(await jonas.evaluate(() => getComputedStyle(document.body).overflowY)).not.toBe("hidden");
    await expect(before).toBeVisible();
    await jonas.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(before).toBeFocused();
    await opened();
    await dialog.getByRole("button", { name: "Close" }).click();
    await expect(dialog).toBeHidden();
    await opened();
    await comeAgain(jonas, dialog);
    await expect(comes(dialog)).toBeVisible();
    await jonas.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(before).toBeFocused();
  });

test("where a menu does not come, that is said until it is left, and another press opens it", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await laterScriptsAreMissing(jonas);
  await jonas.goto("/identities");
  const theme = jonas.getByRole("button", { name: /^Theme/ });
  const told = jonas.getByText("The menu could not be shown. Press it again, or load the page anew.");
  const pressed = () =>
    expect(async () => {
      if (await told.isHidden()) await theme.press("Enter");
      await expect(told).toBeVisible({ timeout: 2_000 });
    }).toPass();
  await pressed();
  await expectFitToRead(jonas);
  await theme.press("Tab");
  await expect(told).toBeHidden();
  await pressed();
  await jonas.unrouteAll();
  await theme.press("Enter");
  await expect(jonas.getByRole("menuitemradio", { name: "Light" })).toBeVisible();
  await expect(told).toBeHidden();
});
