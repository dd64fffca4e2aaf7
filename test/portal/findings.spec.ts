import { expect, test } from "@playwright/test";
import { answerWorkload, expectFitToRead, expectState, openIdentity, signedIn, submitted } from "./steps.ts";

test("a secret that could be avoided is found, muted, and ended by its remedy; another team sees none of it", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  await answerWorkload(jonas, {
    blueprint: /AWS user with access key/,
    runsOn: "archive job on batch-11, Frankfurt data centre",
    service: "Billing",
    pack: /Write to a bucket/,
    parameters: { Bucket: "billing-archive" },
    why: "Uploads the archive of the month.",
    environment: "staging",
  });
  await submitted(jonas);
  await expectState(jonas, "Live");
  await openIdentity(jonas);
  const identity = new URL(jonas.url()).pathname;
  const name = (await jonas.getByRole("heading", { level: 1 }).textContent()) ?? "";
  const card = jonas.getByRole("region", { name: "Findings", exact: true });
  await expect(async () => {
    await jonas.reload();
    await expect(card.getByText("Avoidable secret")).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 120_000 });
  await expect(card.getByText("accepts a workload's own token instead")).toBeVisible();
  await expect(card.getByText("supports NHI4:2025")).toBeVisible();

  await jonas.goto("/findings?kind=static-avoidable");
  const row = jonas.getByRole("listitem").filter({ has: jonas.getByRole("link", { name, exact: true }) });
  await expect(row).toBeVisible();
  await expectFitToRead(jonas);

  const priya = await signedIn(browser, "Priya Shah");
  await priya.goto("/findings?kind=static-avoidable");
  await expect(priya.getByRole("heading", { level: 1, name: "Findings" })).toBeVisible();
  expect(await priya.content()).not.toContain(name);

  await row.getByRole("button", { name: "Mute" }).click();
  const dialog = jonas.getByRole("dialog");
  await dialog.getByLabel("Why").fill("short");
  await dialog.getByRole("button", { name: "Mute" }).click();
  await expect(dialog.getByText("Use at least 10 characters")).toBeVisible();
  await dialog.getByLabel("Why").fill("It moves to the pipeline in spring.");
  await dialog.getByRole("button", { name: "Mute" }).click();
  await expect(dialog).toBeHidden();
  await expect(async () => {
    await jonas.reload();
    await expect(row).toHaveCount(0, { timeout: 1_000 });
  }).toPass();
  await jonas.goto("/findings?kind=static-avoidable&muted=muted");
  await expect(row.getByText("It moves to the pipeline in spring.")).toBeVisible();
  await row.getByRole("button", { name: "Unmute" }).click();
  await expect(row).toHaveCount(0);
  await expect(async () => {
    await jonas.goto("/findings?kind=static-avoidable");
    await expect(row).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await row.getByRole("link", { name: "Retire" }).click();
  await expect(jonas).toHaveURL(new RegExp(`${identity}\\?ask=retire`));
  const retire = jonas.getByRole("dialog", { name: `Retire ${name}` });
  await retire.getByLabel("Why").fill("The pipeline uses its own token now.");
  await retire.getByRole("button", { name: "Retire" }).click();
  await expect(jonas).toHaveURL(/\/requests\//);
});
