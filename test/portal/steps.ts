import AxeBuilder from "@axe-core/playwright";
import { type Browser, expect, type Page } from "@playwright/test";

/** A demo person signed in, in a browser of their own, through the demo's identity provider. Console errors fail the test. */
export async function signedIn(browser: Browser, name: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on("console", (message) => {
    if (message.type() === "error") throw new Error(`${name}'s console: ${message.text()}`);
  });
  await page.goto("/sign-in");
  await page.getByRole("button", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^Hello/ })).toBeVisible({ timeout: 15_000 });
  return page;
}

export interface PipelineAnswers {
  readonly repository: string;
  readonly environment: string;
  readonly bucket: string;
  readonly why: string;
}

/** Answers the pipeline blueprint's questions and returns how many answers that took. */
export async function answerPipeline(page: Page, answers: PipelineAnswers): Promise<number> {
  await page.goto("/requests/new");
  await page.getByRole("link", { name: /AWS role for a CI pipeline/ }).click();
  const repository = page.getByRole("combobox", { name: "Which repository?" });
  await repository.fill(answers.repository);
  await page.getByRole("option", { name: answers.repository }).click();
  await page.getByLabel("Environment or branch").selectOption(answers.environment);
  await page.getByRole("combobox", { name: "What must it do?" }).click();
  await page.getByRole("option", { name: /Write to a bucket/ }).click();
  await page.getByRole("textbox", { name: "Bucket" }).fill(answers.bucket);
  await page.getByLabel("Why does it exist?").fill(answers.why);
  return page.getByRole("region", { name: "Questions" }).locator("label").count();
}

/** Approves the named request from the approval queue. */
export async function approve(page: Page, name: string): Promise<void> {
  await page.goto("/approvals");
  await page.getByText(name, { exact: true }).first().click();
  await page.keyboard.press("a");
  const confirm = page.getByRole("dialog").getByRole("button", { name: /^Approve/ });
  if (await confirm.isVisible()) await confirm.click();
  await expect(page.getByText(name, { exact: true })).toHaveCount(0);
}

/** Nothing serious or critical by axe, in the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter((violation) => violation.impact === "serious" || violation.impact === "critical");
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual([]);
}
