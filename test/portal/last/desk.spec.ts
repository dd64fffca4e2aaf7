import { expect, type Page, test } from "@playwright/test";
import {
  answerPipeline,
  asksAnother,
  demoTool,
  expectAccessible,
  expectFitToRead,
  expectState,
  hears,
  pressed,
  selected,
  signedIn,
  submitted,
} from "../steps.ts";

const tooMuch = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: ["s3:PutObject"], Resource: "arn:aws:s3:::billing-drill/*" },
    { Effect: "Allow", Action: ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], Resource: "*" },
  ],
});

const tour = (page: Page) => page.getByRole("region", { name: "See it in five minutes" });
const done = (page: Page, title: string | RegExp) =>
  tour(page).getByRole("listitem").filter({ hasText: title }).getByText("Done: ");

// One visitor in one browser, by the checklist alone.
test("the checklist: narrowed, refused, killed in the middle of a call, used", async ({ browser }) => {
  test.setTimeout(600_000);
  const visitor = await signedIn(browser, "Jonas Kern");
  await answerPipeline(visitor, {
    repository: "acme/billing",
    environment: "production",
    bucket: "billing-drill",
    why: "Shows what a visitor may see in five minutes.",
  });
  await visitor.getByRole("button", { name: "Paste a policy" }).click();
  await visitor.getByRole("textbox", { name: "What must it do?" }).fill(tooMuch);
  await expect(visitor.getByRole("note").first()).toBeVisible();
  const request = await submitted(visitor);
  const queue = `/approvals?r=${request.split("/").at(-1)}`;
  await visitor.goto("/");
  await expect(tour(visitor)).toBeVisible();
  await expectFitToRead(visitor);

  await test.step("security asks for less, and it is taken over", async () => {
    await as(visitor, "Mara Lind", queue);
    await open(visitor);
    await expect(selected(visitor, request)).toBeVisible();
    const dialog = await pressed(visitor, "s");
    for (const name of ["lambda:CreateFunction", "lambda:InvokeFunction"])
      await dialog.getByRole("checkbox", { name: new RegExp(name) }).check();
    await dialog.getByLabel("Why less is enough").fill("A drill writes objects; it makes no functions.");
    await dialog.getByRole("button", { name: "Ask for less" }).click();
    await expect(dialog).toBeHidden();
    await expect(done(visitor, "ask for less")).toBeVisible();
    await as(visitor, "Jonas Kern", request);
    await visitor.getByRole("button", { name: "Take this over and submit" }).click();
    await expect(done(visitor, "Take it over")).toBeVisible();
    await expectState(visitor, "Awaiting approval");
  });

  await test.step("one's own approval is refused, and says why", async () => {
    await tour(visitor).getByRole("button", { name: "Approve it anyway" }).click();
    await expect(done(visitor, "Try to approve your own")).toBeVisible();
    await expect(tour(visitor).getByText("Nobody approves what they asked for.")).toBeVisible();
  });

  await test.step("the worker dies in the middle of a call, and exactly one identity comes of it", async () => {
    await tour(visitor).getByRole("button", { name: "Kill the worker…" }).click();
    const dialog = visitor.getByRole("dialog", { name: "Kill the worker" });
    await expectAccessible(visitor);
    await dialog.getByRole("button", { name: "Kill it at its next call" }).click();
    await expect(dialog).toBeHidden();
    for (const person of ["Mara Lind", "Tomás Vidal"]) {
      await viewAs(visitor, person);
      await visitor.goto(queue);
      const approval = await pressed(visitor, "a");
      await approval.getByRole("textbox").fill("It is what a drill needs.");
      await approval.getByRole("button", { name: "Approve" }).click();
      await expect(approval).toBeHidden();
      await visitor.goto(request);
      if (!(await asksAnother(visitor))) break;
    }
    await expectState(visitor, "Live", 120);
    await expect(done(visitor, "Let the worker die")).toBeVisible();
    await visitor.getByRole("link", { name: "the identity" }).click();
    await expect(visitor.getByRole("region", { name: "Objects and credentials", exact: true })).toBeVisible();
  });

  await test.step("its workflow's token is admitted, a neighbour's is turned away", async () => {
    await open(visitor);
    await tour(visitor).getByRole("button", { name: "Exchange tokens…" }).click();
    const dialog = visitor.getByRole("dialog", { name: "Exchange a workflow's token" });
    await dialog.getByRole("button", { name: "Exchange both" }).click();
    await expect(dialog.getByText("acme/billing: admitted")).toBeVisible();
    await expect(dialog.getByText(/^acme\/.+: turned away$/)).toHaveCount(1);
    await expectFitToRead(visitor);
    await dialog.getByRole("button", { name: "Close", exact: true }).first().click();
    await expect(done(visitor, "Use it")).toBeVisible();
  });
});

test("killed between requests, the worker comes back and works", async ({ browser }) => {
  test.setTimeout(240_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  await demoTool(jonas, "Kill the worker…");
  await jonas.getByRole("dialog").getByRole("button", { name: "Kill the worker now" }).click();
  await expect(jonas.getByRole("dialog")).toBeHidden();
  await answerPipeline(jonas, {
    repository: "acme/billing",
    environment: "staging",
    bucket: "after-the-kill",
    why: "Shows that the worker came back and works.",
  });
  await submitted(jonas);
  await expectState(jonas, "Live", 120);
});

// The days that are skipped never come back: nothing runs after this.
test("sixty days are skipped, and the log is verified", async ({ browser }) => {
  test.setTimeout(240_000);
  const visitor = await signedIn(browser, "Jonas Kern");
  await test.step("sixty days are skipped for everyone", async () => {
    await demoTool(visitor, "Skip days…");
    const dialog = visitor.getByRole("dialog", { name: "Skip days" });
    const days = dialog.getByLabel("Days");
    await days.fill("366");
    await dialog.getByRole("button", { name: "Skip 366 days" }).click();
    await expect(dialog.getByText("Skip at most 365 days.")).toBeVisible();
    await days.fill("60");
    await dialog.getByRole("button", { name: "Skip 60 days" }).click();
    await expect(dialog).toBeHidden({ timeout: 60_000 });
  });

  await test.step("the log is whole, and a copy with one letter changed is found out", async () => {
    const ravi = await signedIn(browser, "Ravi Menon");
    await open(ravi);
    await expect(done(ravi, "Skip 60 days")).toBeVisible();
    await demoTool(ravi, "Verify the audit log…");
    const dialog = ravi.getByRole("dialog", { name: "Verify the audit log" });
    await dialog.getByRole("button", { name: "Verify, then change a byte" }).click();
    await expect(dialog.getByText("The export is whole")).toBeVisible({ timeout: 60_000 });
    await expect(dialog.getByText(/^Line \d+, .*: found$/)).toBeVisible();
    await expectFitToRead(ravi);
    await dialog.getByRole("button", { name: "Close", exact: true }).first().click();
    await expect(done(ravi, "Verify the audit log")).toBeVisible();
  });
});

/** Becomes the person that the checklist's step is for, and is led to `path`. */
async function as(page: Page, name: string, path: string): Promise<void> {
  await tour(page)
    .getByRole("button", { name: `As ${name}` })
    .click();
  await expect(page).toHaveURL((url) => `${url.pathname}${url.search}` === path);
  await hears(page);
}

/** Becomes a person by the demo's line, on the same page. */
async function viewAs(page: Page, name: string): Promise<void> {
  const account = page.getByRole("button", { name: `Account: ${name}` }).filter({ visible: true });
  if ((await account.count()) > 0) return;
  await page.getByRole("button", { name: "View as" }).click();
  await page.getByRole("menuitem", { name: new RegExp(`^${name}`) }).click();
  await expect(account).toBeVisible();
}

/** Unfolds the checklist where the page shows it folded. */
async function open(page: Page): Promise<void> {
  const fold = page.getByRole("button", { name: /^See it in five minutes · / });
  if ((await fold.getAttribute("aria-expanded")) === "false") await fold.click();
  await expect(tour(page)).toBeVisible();
}
