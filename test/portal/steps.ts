import AxeBuilder from "@axe-core/playwright";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  expect,
  type Locator,
  type Page,
  test,
} from "@playwright/test";

type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;
/** Sessions of demo people that tests of this process began. */
const sessions = new Map<string, Cookies>();

/** A demo person in a browser of their own, in the session of an earlier test where it still holds. Console errors fail the test. */
export async function signedIn(browser: Browser, name: string): Promise<Page> {
  const page = await opened(browser, name);
  const context = page.context();
  const kept = sessions.get(name);
  if (kept !== undefined) {
    await context.addCookies(kept);
    await page.goto("/");
    if (new URL(page.url()).pathname === "/") return page;
    await context.clearCookies();
  }
  await signIn(page, name);
  sessions.set(name, await context.cookies());
  return page;
}

/** A demo person who signs in, whatever sessions there are, in a browser of their own. */
export async function signedInAnew(browser: Browser, name: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await opened(browser, name, options);
  await signIn(page, name);
  return page;
}

/** Browsers that the test which runs has opened. */
const open: { test: string; contexts: BrowserContext[] } = { test: "", contexts: [] };

/** A browser of somebody's own; those of the tests before are closed, whose pages would follow every change and be drawn anew. */
async function opened(browser: Browser, name: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { testId } = test.info();
  if (open.test !== testId) {
    await Promise.all(open.contexts.map((context) => context.close()));
    Object.assign(open, { test: testId, contexts: [] });
  }
  const context = await browser.newContext(options);
  open.contexts.push(context);
  const page = listening(await context.newPage());
  page.on("console", (message) => {
    // A page that is not there says so with its status, and so does an action that was sent away.
    if (message.type() === "error" && !/status of (404|429)/.test(message.text()))
      throw new Error(`${name}'s console: ${message.text()}`);
  });
  return page;
}

/** Through the demo's identity provider. */
async function signIn(page: Page, name: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("button", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^Hello/ })).toBeVisible({ timeout: 15_000 });
}

/** A page that was led elsewhere hears clicks and keys. */
export const hears = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => document.documentElement.dataset.listens === "yes");
};

/** A page that is opened only once it hears clicks and keys: a person is slower than its scripts, a test is not. */
function listening(page: Page): Page {
  const open = page.goto.bind(page);
  page.goto = async (...of) => {
    const answer = await open(...of);
    const listens = () => document.documentElement.dataset.listens === "yes" || document.querySelector("nav") === null;
    // What is no page of the portal's has no menu, and never says so.
    await page.waitForFunction(listens, undefined, { timeout: 3_000 }).catch(() => undefined);
    return answer;
  };
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

/** Sends the form once policy and plan stand; the new request's address. */
export async function submitted(page: Page): Promise<string> {
  const submit = page.getByRole("button", { name: /^Submit/ });
  await expect(submit).toHaveAttribute("aria-disabled", "false");
  await submit.click();
  // An end that policy sets moves on at midnight.
  const changed = page.getByText("What would be made has changed since you looked.");
  await expect(changed.or(page.getByRole("list", { name: "Progress" })).first()).toBeVisible();
  if (await changed.isVisible()) await submit.click();
  await expect(page).toHaveURL(/\/requests\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("list", { name: "Progress" })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** The badge beside the page's title comes to say this. */
export const expectState = (page: Page, state: string, seconds = 30): Promise<void> =>
  expect(page.getByRole("heading", { level: 1 }).locator("..").getByText(state, { exact: true })).toBeVisible({
    timeout: seconds * 1_000,
  });

/** A narrow identity of Billing's staging that no person is asked about, live; the path of its request. */
export async function liveInStaging(page: Page, bucket: string): Promise<string> {
  await answerPipeline(page, {
    repository: "acme/billing",
    environment: "staging",
    bucket,
    why: "Keeps what the staging pipeline builds until the next release.",
  });
  const path = await submitted(page);
  await expectState(page, "Live");
  return path;
}

/** Leads from the page of a live request to its identity's. */
export async function openIdentity(page: Page): Promise<void> {
  await page.getByRole("link", { name: "the identity" }).click();
  await expect(page).toHaveURL(/\/identities\/[0-9a-f-]{36}$/);
}

const inQueue = (path: string): string => `/approvals?r=${path.split("/").at(-1)}`;

/** The request at `path` in the approval queue, while its card is the one beside it. */
export const selected = (page: Page, path: string): Locator =>
  page.locator(`a[href="${inQueue(path)}"][aria-current="true"]`);

/** Selects the request at `path` in the approval queue, where it comes once the worker has decided that people are asked. */
export async function atTheQueue(page: Page, path: string): Promise<void> {
  await expect(async () => {
    await page.goto(inQueue(path));
    await expect(selected(page, path)).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.getByRole("button", { name: /^Approve/ })).toBeVisible();
}

/** Whether another is asked after a verdict on the request at this page: known once the page says so, or is past its approval. */
export async function asksAnother(page: Page): Promise<boolean> {
  const state = page.getByRole("heading", { level: 1 }).locator("..");
  const past = state.getByText(/^(Approved|Provisioning|Live|Done)$/);
  await expect(past.or(page.getByText(/1 of 2/)).first()).toBeVisible({ timeout: 60_000 });
  return !(await past.isVisible());
}

/** Presses a key of the approval page once it listens; the dialog that it opens. */
export async function pressed(page: Page, key: string): Promise<Locator> {
  const dialog = page.getByRole("dialog");
  await expect(async () => {
    if (await dialog.isHidden()) await page.keyboard.press(key);
    await expect(dialog).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 10_000 });
  return dialog;
}

/** Approves the request at `path`, with a reason where one is demanded. */
export async function approveAt(page: Page, path: string, reason = ""): Promise<void> {
  await atTheQueue(page, path);
  const dialog = await pressed(page, "a");
  await dialog.getByRole("textbox").fill(reason);
  await dialog.getByRole("button", { name: "Approve" }).click();
  await expect(dialog).toBeHidden();
}

/** Accepts by this button of a request's page once the page listens, until nothing is left to accept. */
export async function acceptBy(page: Page, name: string): Promise<void> {
  const button = page.getByRole("button", { name });
  await expect(button).toBeVisible();
  await expect(async () => {
    if (await button.isVisible()) await button.click({ timeout: 1_000 });
    await expect(button).toBeHidden({ timeout: 4_000 });
  }).toPass({ timeout: 30_000 });
}

/** Approves the named request from the approval queue, once its own card has taken the place of the one shown before. */
export async function approve(page: Page, name: string): Promise<void> {
  await page.goto("/approvals");
  const waiting = page.getByRole("region", { name: "Waiting for you" });
  await waiting.getByText(name, { exact: true }).click();
  await expect(page.getByRole("region", { name, exact: true })).toBeVisible();
  const dialog = await pressed(page, "a");
  await expect(dialog).toHaveAccessibleName(`Approve ${name}`);
  await dialog.getByRole("button", { name: /^Approve/ }).click();
  // The card that follows may name it: among what is similar.
  await expect(dialog).toBeHidden();
  await expect(waiting.getByText(name, { exact: true })).toHaveCount(0);
}

/** Nothing serious or critical by axe, in the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter((violation) => violation.impact === "serious" || violation.impact === "critical");
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual([]);
}

/** As `expectAccessible`, in both themes, and at 390 px nothing is wider than the screen. */
export async function expectFitToRead(page: Page): Promise<void> {
  const size = page.viewportSize();
  for (const colorScheme of ["light", "dark"] as const) {
    // A colour on its way from one theme to the other is neither's.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    await expectAccessible(page);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 390, height: 844 });
  // A chart takes its new width a frame later.
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), {
      message: `${new URL(page.url()).pathname} is wider than the screen`,
      timeout: 3_000,
    })
    .toBeLessThanOrEqual(0);
  if (size) await page.setViewportSize(size);
}

export interface WorkloadAnswers {
  readonly blueprint: RegExp;
  readonly runsOn: string;
  readonly service: string;
  readonly pack: RegExp;
  readonly parameters: Readonly<Record<string, string>>;
  readonly why: string;
  readonly environment: string;
}

/** Answers a blueprint whose workload is described, not federated. */
export async function answerWorkload(page: Page, answers: WorkloadAnswers): Promise<void> {
  await page.goto("/requests/new");
  await page.getByRole("link", { name: answers.blueprint }).click();
  const questions = page.getByRole("region", { name: "Questions" });
  await questions.getByLabel("Business service").selectOption({ label: answers.service });
  await questions.getByRole("textbox").first().fill(answers.runsOn);
  await questions.getByRole("combobox", { name: "What must it do?" }).click();
  await page.getByRole("option", { name: answers.pack }).click();
  for (const [label, value] of Object.entries(answers.parameters))
    await questions.getByRole("textbox", { name: label, exact: true }).fill(value);
  await questions.getByLabel(/^Why/).fill(answers.why);
  await questions.getByLabel("Which environment?").selectOption(answers.environment);
}

/** Opens one of the demo's tools. */
export async function demoTool(page: Page, words: string): Promise<void> {
  await page.getByRole("button", { name: "Demo tools" }).click();
  await page.getByRole("menuitem", { name: words }).click();
}

/** Sets everything some days ahead, for good: sessions end by it. */
export async function skipDays(page: Page, days: number): Promise<void> {
  await demoTool(page, "Skip days…");
  const dialog = page.getByRole("dialog", { name: "Skip days" });
  await dialog.getByLabel("Days").fill(String(days));
  await dialog.getByRole("button", { name: days === 1 ? "Skip 1 day" : `Skip ${days} days` }).click();
  await expect(dialog).toBeHidden({ timeout: 60_000 });
}
