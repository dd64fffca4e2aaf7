import { expect, type Page, test } from "@playwright/test";
import { busy } from "../../lib/web/busy.ts";
import {
  answerPipeline,
  approveAt,
  atTheQueue,
  expectFitToRead,
  expectState,
  pressed,
  signedIn,
  submitted,
} from "./steps.ts";

/** A production request that waits for security. */
async function waiting(page: Page, bucket: string): Promise<string> {
  await answerPipeline(page, {
    repository: "acme/billing",
    environment: "production",
    bucket,
    why: "Writes what the release leaves behind.",
  });
  const path = await submitted(page);
  await expectState(page, "Awaiting approval");
  return path;
}

test("keys move through the queue, ask and deny with a reason; the conversation reaches the requester", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  const first = await waiting(jonas, "release-notes");
  const second = await waiting(jonas, "release-tables");
  const mara = await signedIn(browser, "Mara Lind");
  await atTheQueue(mara, first);

  const dialog = await pressed(mara, "?");
  await dialog.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(dialog.getByText("Write a sentence")).toBeVisible();
  await dialog.getByLabel("Question").fill("Who reads that bucket?");
  await dialog.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(dialog).toBeHidden();

  await jonas.goto(first);
  await expect(jonas.getByText("Who reads that bucket?")).toBeVisible();
  const remark = jonas.getByRole("textbox", { name: "Write to those who decide" });
  await remark.fill("Only the auditors, <b>twice</b> a year.");
  // As the portal answers a session that sends too much (test/security/http-busy.test.ts).
  const away = busy(429, 7);
  await jonas.route(`**${first}`, (route) =>
    route.request().method() === "POST"
      ? route.fulfill({ status: away.status, contentType: "text/plain", body: away.sentence })
      : route.fallback(),
  );
  await jonas.getByRole("button", { name: "Send" }).click();
  await expect(jonas.getByText(`${away.sentence} What you typed is still here.`)).toBeVisible();
  await jonas.unroute(`**${first}`);
  await jonas.getByRole("button", { name: "Send" }).click();
  await expect(remark).toHaveValue("");
  await expect(mara.getByText("Only the auditors, <b>twice</b> a year.")).toBeVisible();

  const here = mara.url();
  await mara.keyboard.press("j");
  if (mara.url() === here) await mara.keyboard.press("k");
  await expect(mara).not.toHaveURL(here);

  await atTheQueue(mara, second);
  const denial = await pressed(mara, "d");
  await denial.getByLabel("Reason").fill("The ledger keeps these already.");
  await denial.getByRole("button", { name: "Deny", exact: true }).click();
  await expect(denial).toBeHidden();
  await jonas.goto(second);
  await expectState(jonas, "Denied");
  await expect(jonas.getByText("The ledger keeps these already.").first()).toBeVisible();
  await expectFitToRead(jonas);

  await jonas.goto(first);
  await jonas.getByRole("button", { name: "Withdraw" }).click();
  await jonas.getByRole("button", { name: "Withdraw the request" }).click();
  await expectState(jonas, "Withdrawn");
  await mara.goto("/approvals");
  await expect(mara.locator(`a[href="/approvals?r=${first.split("/").at(-1)}"]`)).toHaveCount(0);
});

test("what an approver reads and types stays when the queue moves on; what has left the queue says so", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  const path = await waiting(jonas, "twice-looked-at");
  const mara = await signedIn(browser, "Mara Lind");
  await mara.goto("/approvals");
  // It stays the one that is shown, whatever comes above it.
  await expect(mara).toHaveURL(/\/approvals\?r=[0-9a-f-]{36}$/);
  await atTheQueue(mara, path);
  const denial = await pressed(mara, "d");
  await denial.getByLabel("Reason").fill("Nobody reads that bucket.");
  const remark = jonas.getByRole("textbox", { name: "Write to those who decide" });
  await remark.fill("The auditors do.");
  await jonas.getByRole("button", { name: "Withdraw" }).click();
  const withdrawal = jonas.getByRole("dialog");
  await expect(withdrawal).toBeVisible();

  const tomas = await signedIn(browser, "Tomás Vidal");
  await atTheQueue(tomas, path);
  const other = await pressed(tomas, "d");
  await other.getByLabel("Reason").fill("It is kept elsewhere.");
  const waits = mara.locator('nav a[href="/approvals"]').first();
  const before = await waits.textContent();
  await other.getByRole("button", { name: "Deny", exact: true }).click();
  await expect(other).toBeHidden();
  // The page is drawn anew beneath what is typed.
  await expect(waits).not.toHaveText(before ?? "");
  await expect(denial).toHaveAccessibleName("Deny billing-twice-looked-at");
  await expect(denial.getByLabel("Reason")).toHaveValue("Nobody reads that bucket.");
  await denial.getByRole("button", { name: "Deny", exact: true }).click();
  await expect(denial.getByText("It is denied; there is nothing to decide.")).toBeVisible();
  await denial.getByRole("button", { name: "Cancel" }).click();
  await expect(mara.getByText("This request does not wait for you now")).toBeVisible();
  await expect(mara.getByRole("button", { name: "Deny" })).toHaveCount(0);
  await expectFitToRead(mara);
  await mara.getByRole("link", { name: "See where it stands" }).click();
  await expectState(mara, "Denied");

  await withdrawal.getByRole("button", { name: "Withdraw the request" }).click();
  await expect(withdrawal.getByText("It is denied")).toBeVisible();
  await withdrawal.getByRole("button", { name: "Keep it" }).click();
  await expectState(jonas, "Denied");
  await expect(remark).toHaveValue("The auditors do.");
  await expect(jonas.getByText("Nothing is left to decide here.")).toBeVisible();
  await expectFitToRead(jonas);
  await jonas.getByRole("button", { name: "Send" }).click();
  await expect(mara.getByText("The auditors do.")).toBeVisible();
  await expect(remark).toHaveCount(0);
});

test("security cannot decide what it asked for itself", async ({ browser }) => {
  const mara = await signedIn(browser, "Mara Lind");
  const path = await waiting(mara, "mara-reports");
  await mara.goto(`/approvals?r=${path.split("/").at(-1)}`);
  await expect(mara.locator(`a[href="/approvals?r=${path.split("/").at(-1)}"]`)).toHaveCount(0);
  const tomas = await signedIn(browser, "Tomás Vidal");
  await atTheQueue(tomas, path);
  const denial = await pressed(tomas, "d");
  await denial.getByLabel("Reason").fill("It belongs to another team.");
  await denial.getByRole("button", { name: "Deny", exact: true }).click();
  await expect(denial).toBeHidden();
});

test("a double click sends one request, an edit voids the approval that was given", async ({ browser }) => {
  test.setTimeout(120_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  await answerPipeline(jonas, {
    repository: "acme/billing",
    environment: "production",
    bucket: "twice-pressed",
    why: "Is pressed twice by an impatient hand.",
  });
  const submit = jonas.getByRole("button", { name: /^Submit/ });
  await expect(submit).toHaveAttribute("aria-disabled", "false");
  await submit.dblclick();
  await expect(jonas).toHaveURL(/\/requests\/[0-9a-f-]{36}$/);
  await expectState(jonas, "Awaiting approval");
  const path = new URL(jonas.url()).pathname;
  await expect(jonas.getByRole("region", { name: "Versions" })).toHaveCount(0);

  await approveAt(await signedIn(browser, "Mara Lind"), path);
  await expect(jonas.getByText("1 of 2 of security")).toBeVisible();
  await jonas.getByRole("link", { name: "Edit" }).click();
  await jonas.getByRole("textbox", { name: "Bucket" }).fill("pressed-once");
  expect(await submitted(jonas)).toBe(path);
  await expect(jonas.getByRole("region", { name: "Versions" })).toContainText("Version 2");
  await expect(jonas.getByText("0 of 2 of security")).toBeVisible();
  await jonas.getByRole("button", { name: "Withdraw" }).click();
  await jonas.getByRole("button", { name: "Withdraw the request" }).click();
  await expectState(jonas, "Withdrawn");
});
