import { expect, type Page, test } from "@playwright/test";
import { comeAgain, laterScriptsAreMissing } from "../scripts.ts";
import {
  answerPipeline,
  answerWorkload,
  expectFitToRead,
  expectState,
  signedIn,
  skipDays,
  submitted,
} from "../steps.ts";

test("My work leads each person to what needs them", async ({ browser }) => {
  test.setTimeout(120_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  const answers = { repository: "acme/ledger", environment: "production", bucket: "ledger-needs" };
  await answerPipeline(jonas, { ...answers, why: "Shows who is needed for what." });
  const request = await submitted(jonas);

  await jonas.goto("/");
  const underWay = jonas.getByRole("list", { name: "Requests under way" });
  await expect(underWay.getByRole("listitem").filter({ hasText: "ledger-needs" })).toContainText("awaiting approval");
  await underWay.getByRole("link", { name: "ledger-needs" }).click();
  await expect(jonas).toHaveURL(request);

  const mara = await signedIn(browser, "Mara Lind");
  const needs = mara.getByRole("region", { name: "Needs you" });
  const decide = needs.getByRole("link", { name: "Decide: ledger-needs" });
  await expect(decide).toBeVisible();
  const [, waiting] = /(\d+) approvals?/.exec((await needs.textContent()) ?? "") ?? [];
  const menu = mara.getByRole("navigation", { name: "Main", exact: true });
  await expect(menu.getByRole("link", { name: /Approvals/ })).toContainText(waiting ?? "none");
  await expectFitToRead(mara);
  await decide.click();
  await expect(mara.getByRole("region", { name: "ledger-needs", exact: true })).toBeVisible();

  const ida = await signedIn(browser, "Ida Holm");
  await expect(ida.getByText("Nothing needs you today")).toBeVisible();
  await expect(ida.getByRole("link", { name: /ledger-needs/ })).toHaveCount(0);
});

test("each number of the four answers and of the debt leads to as many rows", async ({ browser }) => {
  test.setTimeout(480_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  await answerWorkload(jonas, {
    blueprint: /AWS user with access key/,
    runsOn: "mirror on batch-30, Frankfurt data centre",
    service: "Billing",
    pack: /Write to a bucket/,
    parameters: { Bucket: "billing-mirror" },
    why: "Copies the mirror of the month.",
    environment: "staging",
  });
  await submitted(jonas);
  await expectState(jonas, "Live", 60);
  // Its secret could be avoided: found on the first day, three days of debt on the fourth.
  await skipDays(jonas, 1);
  await skipDays(await signedIn(browser, "Jonas Kern"), 3);
  const ravi = await signedIn(browser, "Ravi Menon");
  await expect(ravi.getByText(/^\d+ outside$/)).toBeVisible();
  const debt = ravi.getByRole("region", { name: "Provisioning debt" });
  await expect(debt.locator("svg.recharts-surface")).toBeVisible();
  await expect(debt.getByRole("table", { name: /Provisioning debt in identity-days/ })).toBeAttached();
  await expectFitToRead(ravi);
  await test.step("where the drawing does not come, its table says the same and it may be asked for again", async () => {
    await laterScriptsAreMissing(ravi);
    await ravi.reload();
    await expect(debt.getByRole("alert")).toContainText("The drawing could not be shown.");
    await expect(debt.getByRole("table", { name: /Provisioning debt in identity-days/ })).toBeAttached();
    await expectFitToRead(ravi);
    await comeAgain(ravi, debt);
    await expect(debt.locator("svg.recharts-surface")).toBeVisible();
  });
  // The figures are of the worker's last count, the rows of this moment: a minute later they agree.
  await expect(async () => {
    const numbers = await numbersOf(ravi);
    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers.some(({ number }) => number > 0)).toBe(true);
    for (const { address, number } of numbers)
      expect([address, await rowsAt(ravi, address)]).toEqual([address, number]);
  }).toPass({ timeout: 240_000 });
});

interface Counted {
  readonly address: string;
  readonly number: number;
}

/** The numbers of both cards that are links to rows. */
async function numbersOf(page: Page): Promise<readonly Counted[]> {
  await page.goto("/");
  const found: Counted[] = [];
  for (const name of ["The four questions", "Provisioning debt"]) {
    for (const link of await page.getByRole("region", { name }).getByRole("link").all()) {
      const number = Number(/^[\d,]+/.exec((await link.textContent()) ?? "")?.[0].replaceAll(",", ""));
      found.push({ address: (await link.getAttribute("href")) ?? "", number });
    }
  }
  return found;
}

/** How many identities the inventory says there are at an address. */
async function rowsAt(page: Page, address: string): Promise<number> {
  await page.goto(address);
  const said = page
    .getByRole("main")
    .getByText(/^[\d,]+ identit(y|ies)/)
    .first();
  if (
    await page
      .getByRole("main")
      .getByText(/^(Nothing|No identit)/)
      .first()
      .isVisible()
  )
    return 0;
  return Number(/^[\d,]+/.exec((await said.textContent()) ?? "")?.[0].replaceAll(",", ""));
}
