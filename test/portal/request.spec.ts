import { expect, test } from "@playwright/test";
import { answerPipeline, approve, expectAccessible, signedIn } from "./steps.ts";

test("a pipeline's role: at most four answers, two approvals, live without a secret", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  const asked = await answerPipeline(jonas, {
    repository: "acme/ledger",
    environment: "production",
    bucket: "ledger-cold",
    why: "Writes a signed snapshot of the ledger to cold storage after each release.",
  });
  expect(asked).toBeLessThanOrEqual(4);
  const policy = jonas.getByRole("region", { name: "What policy says" });
  await expect(policy.getByText("People will be asked.")).toBeVisible();
  await expect(jonas.getByText("repo:acme@4128807/ledger@731205518:environment:production").first()).toBeVisible();
  await expectAccessible(jonas);
  await jonas.getByRole("button", { name: "Submit for approval" }).click();
  await expect(jonas.getByText("Awaiting approval")).toBeVisible({ timeout: 10_000 });

  await approve(await signedIn(browser, "Mara Lind"), "ledger-cold");
  await expect(jonas.getByText("1 of 2 of security")).toBeVisible();
  await approve(await signedIn(browser, "Tomás Vidal"), "ledger-cold");

  const steps = jonas.getByRole("list", { name: "Steps" });
  await expect(jonas.getByRole("heading", { level: 1 }).locator("..").getByText("Live")).toBeVisible({
    timeout: 30_000,
  });
  await expect(steps.getByRole("listitem").last()).toContainText("Read back");
  await expect(jonas.getByRole("region", { name: "Use it" })).toContainText("role-to-assume: arn:aws:iam::");
  await expectAccessible(jonas);
});

test("what policy refuses says what would satisfy it, and cannot be sent", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await answerPipeline(jonas, {
    repository: "acme/billing",
    environment: "production",
    bucket: "billing",
    why: "Writes the invoices of the month to the archive.",
  });
  await jonas.getByRole("button", { name: "Change Backup" }).click();
  await jonas.getByRole("combobox", { name: "Backup" }).fill("Jonas");
  await jonas.getByRole("option", { name: /Jonas Kern/ }).click();
  await expect(jonas.getByRole("button", { name: "Submit for approval" })).toHaveAttribute("aria-disabled", "true");
  const said = jonas.getByRole("complementary", { name: "What becomes of it" });
  await expect(said.getByText(/to mend|Policy refuses it as it stands/)).toBeVisible();
});

test("a draft keeps what was typed last", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await answerPipeline(jonas, {
    repository: "acme/ledger",
    environment: "staging",
    bucket: "half-typed",
    why: "Half a",
  });
  await expect(jonas).toHaveURL(/\?draft=/);
  // A draft is saved after each pause, so that the first that is said may be of the answers before.
  const another = await jonas.context().newPage();
  await expect(async () => {
    await another.goto(jonas.url());
    await expect(another.getByLabel("Why does it exist?")).toHaveValue("Half a", { timeout: 1_000 });
  }).toPass();
  await expect(jonas.getByText(/Draft saved/)).toBeVisible();
  await jonas.reload();
  await expect(jonas.getByRole("textbox", { name: "Bucket" })).toHaveValue("half-typed");
  await expect(jonas.getByLabel("Why does it exist?")).toHaveValue("Half a");
  await expect(jonas.getByRole("link", { name: "Back to the request" })).toHaveCount(0);
  const discard = jonas.getByRole("dialog", { name: "Discard this draft?" });
  await jonas.getByRole("button", { name: "Discard draft" }).click();
  await discard.getByRole("button", { name: "Keep it" }).click();
  await expect(discard).toBeHidden();
  await jonas.getByRole("button", { name: "Discard draft" }).click();
  await discard.getByRole("button", { name: "Discard" }).click();
  await expect(jonas).toHaveURL(/\/requests$/);
});

test("on a phone one line says where a request stands, and unfolds; the list is narrowed by its address", async ({
  browser,
}) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await jonas.goto("/requests?environment=dev&target=nowhere");
  await jonas.getByRole("searchbox").fill("of-nothing");
  await jonas.getByRole("combobox", { name: "What" }).selectOption("retire");
  // Whichever of the two was set first.
  const asked = "environment=dev&kind=retire&q=of-nothing&target=nowhere";
  await expect(jonas).toHaveURL(
    ({ searchParams }) => new URLSearchParams([...searchParams].toSorted()).toString() === asked,
  );
  await expect(jonas.getByText("Nothing matches these filters")).toBeVisible();
  await jonas.getByRole("link", { name: "Clear the filters" }).click();
  await expect(jonas).toHaveURL(/\/requests$/);
  await expect(jonas.getByRole("searchbox")).toHaveValue("");
  await jonas.getByRole("combobox", { name: "What" }).selectOption("New identity");
  await expect(jonas).toHaveURL(/kind=provision/);
  await jonas.getByRole("table", { name: "Requests" }).getByRole("link").first().click();
  await expect(jonas.getByRole("list", { name: "Progress" })).toBeVisible();
  await jonas.setViewportSize({ width: 390, height: 844 });
  await expect(jonas.getByRole("list", { name: "Progress" })).toBeHidden();
  await jonas.getByRole("button", { name: /\d of 5/ }).click();
  await expect(jonas.getByRole("list", { name: "Progress" })).toBeVisible();
});
