import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { parse } from "csv-parse/sync";
import {
  acceptBy,
  expectAccessible,
  expectFitToRead,
  expectState,
  liveInStaging,
  openIdentity,
  signedIn,
} from "./steps.ts";

/** Imports the demo's directory with these people no longer active. */
function importWithout(...leavers: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), "charter-directory-"));
  cpSync("scripts/demo/directory", folder, { recursive: true });
  const file = join(folder, "people.csv");
  const gone = (line: string) => leavers.some((name) => line.includes(`,${name},`));
  const lines = readFileSync(file, "utf8").split("\n");
  writeFileSync(file, lines.map((line) => (gone(line) ? line.replace(/,true$/, ",false") : line)).join("\n"));
  const home = process.env.CHARTER_TEST_HOME ?? "";
  const pairs = readFileSync(join(home, "worker.env"), "utf8").matchAll(/^([A-Z_]+)=(.*)$/gm);
  const env = { ...process.env, ...Object.fromEntries([...pairs].map(([, name, value]) => [name, value])) };
  execFileSync("node", ["scripts/command.mjs", "lib/worker/commands/directory-import.ts", folder], { env });
  rmSync(folder, { recursive: true });
}

/** One who owns two identities, live: their names. */
async function twoOf(browser: Browser): Promise<{ readonly jonas: Page; readonly names: readonly [string, string] }> {
  const jonas = await signedIn(browser, "Jonas Kern");
  const born = async (bucket: string) => {
    await liveInStaging(jonas, bucket);
    await openIdentity(jonas);
    return (await jonas.getByRole("heading", { level: 1 }).textContent()) ?? "";
  };
  return { jonas, names: [await born("billing-reports"), await born("billing-invoices")] };
}

const rowOf = (page: Page, name: string) =>
  page.getByRole("row").filter({ has: page.getByRole("link", { name: new RegExp(`^${name}`) }) });

interface AtOnce {
  readonly verb: string;
  readonly fill?: (dialog: Locator) => Promise<void>;
}

/** Selects these and looks at what one verb would do to each; the dialog that says so. */
async function seenForTwo(page: Page, names: readonly string[], { verb, fill }: AtOnce): Promise<Locator> {
  await page.goto("/identities?environment=staging");
  for (const name of names) await rowOf(page, name).getByRole("checkbox").check();
  await page.getByRole("button", { name: `${verb}…` }).click();
  const dialog = page.getByRole("dialog");
  await fill?.(dialog);
  await dialog.getByRole("button", { name: "See what happens" }).click();
  return dialog;
}

async function askForTwo(page: Page, names: readonly string[], of: AtOnce & { readonly go: string }): Promise<void> {
  const dialog = await seenForTwo(page, names, of);
  await expect(dialog.getByText("2 possible")).toBeVisible();
  await dialog.getByRole("button", { name: of.go }).click();
  await expect(dialog.getByText("2 asked")).toBeVisible();
}

const fillDay = (dialog: Locator, label: string, days: number): Promise<void> =>
  dialog.getByLabel(label).fill(new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));

test("two that many share: kept as a view, seen by a colleague, exported, found by keyboard alone, handed over when their owner leaves", async ({
  browser,
}) => {
  test.setTimeout(600_000);
  const { jonas, names } = await twoOf(browser);
  const amara = await signedIn(browser, "Amara Obi");

  await test.step("a view is kept, shared and opened by a colleague", async () => {
    await jonas.goto("/identities?environment=staging&sort=-risk");
    await jonas.getByRole("button", { name: "Columns" }).click();
    await jonas.getByRole("menuitemcheckbox", { name: "Credential" }).click();
    await expect(jonas.getByRole("columnheader", { name: "Credential" })).toHaveCount(0);
    await jonas.keyboard.press("Escape");
    await jonas.getByRole("button", { name: "Views" }).click();
    await jonas.getByRole("menuitem", { name: "Save this view…" }).click();
    const dialog = jonas.getByRole("dialog", { name: "Save this view" });
    await dialog.getByLabel("Name").press("Escape");
    await expect(jonas.getByRole("button", { name: "Views" })).toBeFocused();
    await jonas.keyboard.press("Enter");
    await jonas.getByRole("menuitem", { name: "Save this view…" }).click();
    await dialog.getByLabel("Name").fill("Staging, riskiest first");
    await dialog.getByLabel("Who sees it").selectOption({ label: "You and Payments" });
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(jonas.getByRole("button", { name: "Staging, riskiest first" })).toBeVisible();
    await amara.goto("/identities");
    await amara.getByRole("button", { name: "Views" }).click();
    await amara.getByRole("menuitem", { name: "Staging, riskiest first · by Jonas Kern" }).click();
    await expect(amara).toHaveURL(/environment=staging&sort=-risk&hide=credential&view=/);
    for (const name of names) await expect(rowOf(amara, name)).toBeVisible();
    await expect(amara.getByRole("columnheader", { name: "Credential" })).toHaveCount(0);
    const priya = await signedIn(browser, "Priya Shah");
    await priya.goto("/identities");
    await priya.getByRole("button", { name: "Views" }).click();
    await expect(priya.getByRole("menuitem", { name: "Save this view…" })).toBeVisible();
    await expect(priya.getByRole("menuitem", { name: /Staging/ })).toHaveCount(0);
    await amara.goto("/settings");
    await amara
      .getByLabel("The inventory opens with")
      .selectOption({ label: "Staging, riskiest first · by Jonas Kern" });
    await expectAccessible(amara);
    await expect(async () => {
      await amara.goto("/identities");
      await expect(amara).toHaveURL(/environment=staging/, { timeout: 1_000 });
    }).toPass();
  });

  await test.step("what is filtered is downloaded, and reads back as it is", async () => {
    await jonas.goto("/identities?environment=staging");
    const file = async (form: RegExp) => {
      await jonas.getByRole("button", { name: "Export" }).click();
      const waits = jonas.waitForEvent("download");
      await jonas.getByRole("menuitem", { name: form }).click();
      const download = await waits;
      return readFileSync((await download.path()) ?? "", "utf8");
    };
    const rows: Record<string, string>[] = parse(await file(/CSV/), { columns: true });
    const json = (await file(/JSON/))
      .trimEnd()
      .split("\n")
      .map((line): { name: string } => JSON.parse(line));
    expect(rows.map(({ Name }) => Name)).toEqual(expect.arrayContaining([...names]));
    expect(rows.map(({ Name }) => Name)).toEqual(json.map(({ name }) => name));
    for (const row of rows) expect(row).toMatchObject({ Environment: "staging", Owner: "Jonas Kern" });
  });

  await test.step("the palette leads to an identity and opens a verb on it, without a pointer", async () => {
    await jonas.goto("/");
    const palette = jonas.getByRole("dialog", { name: "Search or jump to" });
    const search = async (text: string, hit: RegExp) => {
      await expect(async () => {
        if (await palette.isHidden()) await jonas.keyboard.press("Control+k");
        await expect(palette).toBeVisible({ timeout: 1_000 });
      }).toPass();
      await jonas.keyboard.type(text);
      await expect(palette.getByRole("option").filter({ hasText: hit }).first()).toBeVisible();
      const options = palette.getByRole("option");
      for (let at = 0; at < (await options.count()); at += 1) {
        if (hit.test((await palette.getByRole("option", { selected: true }).textContent()) ?? "")) break;
        await jonas.keyboard.press("ArrowDown");
      }
      await jonas.keyboard.press("Enter");
    };
    await search(names[0], new RegExp(`^${names[0]}identity`));
    await expect(jonas.getByRole("heading", { level: 1, name: names[0] })).toBeVisible();
    await search("retire", new RegExp(`^Retire ${names[0]}`));
    const retire = jonas.getByRole("dialog", { name: `Retire ${names[0]}` });
    await expect(retire).toBeVisible();
    await jonas.keyboard.press("Escape");
    await expect(retire).toBeHidden();
    await search("Amara", /^Amara Obi/);
    await expect(jonas).toHaveURL(/\/identities\?owner=/);
  });

  await test.step("keys move, select and look beside; every state of the page can be read by everyone", async () => {
    await jonas.goto("/identities?environment=staging&sort=name");
    await expect(rowOf(jonas, names[0])).toBeVisible();
    await jonas.getByRole("heading", { level: 1 }).click();
    await expect(async () => {
      await jonas.keyboard.press("j");
      await expect(jonas.getByRole("row", { selected: true })).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await jonas.keyboard.press("x");
    await expect(jonas.getByText("1 selected")).toBeVisible();
    await jonas.keyboard.press("o");
    const beside = jonas.getByRole("complementary", { name: /^Beside the table/ });
    await expect(beside).toBeVisible();
    await expectAccessible(jonas);
    await jonas.keyboard.press("Escape");
    await expect(beside).toBeHidden();
    await jonas.keyboard.press("Escape");
    await expect(jonas.getByText("1 selected")).toBeHidden();
    await jonas.keyboard.press("?");
    await expect(jonas.getByRole("dialog", { name: "Keys of the inventory" })).toBeVisible();
    await jonas.keyboard.press("Escape");
    await jonas.keyboard.press("/");
    await expect(jonas.getByRole("searchbox")).toBeFocused();
    await expectFitToRead(jonas);
    await jonas.goto("/identities?group=team");
    await jonas.getByRole("link", { name: /^Payments/ }).click();
    await expect(rowOf(jonas, names[1])).toBeVisible();
  });

  await test.step("their owner leaves: security transfers them together, the successor accepts each", async () => {
    try {
      importWithout("Jonas Kern");
      const mara = await signedIn(browser, "Mara Lind");
      await mara.goto("/identities?tile=unowned&environment=staging");
      for (const name of names) await rowOf(mara, name).getByRole("checkbox").check();
      await mara.getByRole("button", { name: "Transfer…" }).click();
      const dialog = mara.getByRole("dialog", { name: "Transfer 2 identities" });
      await dialog.getByLabel("New owner").click();
      await dialog.getByLabel("New owner").fill("Amara");
      await dialog.getByRole("option", { name: /Amara Obi/ }).click();
      await expectAccessible(mara);
      await dialog.getByRole("button", { name: "See what happens" }).click();
      await expect(dialog.getByText("2 possible")).toBeVisible();
      await expect(dialog.getByText("The new owner will be asked to accept.")).toHaveCount(2);
      await expectAccessible(mara);
      await dialog.getByRole("button", { name: "Ask to transfer 2" }).dblclick();
      await expect(dialog.getByText("2 asked")).toBeVisible();
      const paths = await dialog
        .getByRole("link", { name: "Requested" })
        .evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
      expect(new Set(paths).size).toBe(2);
      for (const path of paths) {
        await amara.goto(path);
        await acceptBy(amara, "Accept ownership");
        await expectState(amara, "Done");
      }
      await amara.goto("/identities?environment=staging");
      for (const name of names) await expect(rowOf(amara, name)).toContainText("Amara Obi");
      const renewal = await seenForTwo(amara, names, { verb: "Renew", fill: (of) => fillDay(of, "New end", 60) });
      await expect(renewal.getByText("It already lasts that long. Choose a later day.")).toHaveCount(2);
      await expect(renewal.getByRole("button", { name: "Ask to renew 0" })).toBeDisabled();
      // Only looked at: a question that ends with its identity would fool who counts questions later.
      const asking = await seenForTwo(mara, names, { verb: "Ask the owner" });
      await expect(asking.getByText("2 possible")).toBeVisible();
      await expect(asking.getByRole("button", { name: "Ask about 2" })).toBeEnabled();
      await askForTwo(amara, names, {
        verb: "Retire",
        go: "Retire 2",
        fill: (dialog) => dialog.getByLabel("Why").fill("The team was dissolved."),
      });
      await amara.goto("/identities?environment=staging");
      for (const name of names) await expect(rowOf(amara, name)).toContainText("Retiring");
    } finally {
      importWithout();
    }
  });
});
