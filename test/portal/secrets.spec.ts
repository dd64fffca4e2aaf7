import { expect, test } from "@playwright/test";
import { answerWorkload, approveAt, expectFitToRead, expectState, openIdentity, signedIn, submitted } from "./steps.ts";

test("a user with an access key: the page shows where its secret lies, and nowhere the secret", async ({ browser }) => {
  test.setTimeout(120_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  const seen: string[] = [];
  jonas.on("response", (answer) => {
    void answer.text().then(
      (text) => seen.push(text),
      () => undefined,
    );
  });
  await answerWorkload(jonas, {
    blueprint: /AWS user with access key/,
    runsOn: "settlement job on batch-07, Frankfurt data centre",
    service: "Billing",
    pack: /Write to a bucket/,
    parameters: { Bucket: "billing-settlements" },
    why: "Uploads the settlement files of the night.",
    environment: "staging",
  });
  await submitted(jonas);
  await expectState(jonas, "Live");
  const use = jonas.getByRole("region", { name: "Use it" });
  await expect(use).toContainText("Charter cannot read it");
  await expect(use).toContainText("kv/payments/staging/");
  await expectFitToRead(jonas);
  await openIdentity(jonas);
  const belongings = jonas.getByRole("region", { name: "Objects and credentials", exact: true });
  const [keyId] = (await belongings.textContent())?.match(/AKIA[A-Z0-9]{16}/) ?? [];
  expect(keyId).toBeDefined();
  await expect(belongings).toContainText("vault-main: kv/payments/staging/");
  await expectFitToRead(jonas);
  expect(seen.join("\n")).not.toMatch(/SecretAccessKey|secret_access_key"?\s*[:=]\s*"?[A-Za-z0-9+/]{40}/);
});

test("a database login in production: a static secret needs a dated exception, then two of security", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  await answerWorkload(jonas, {
    blueprint: /Database login/,
    runsOn: "billing-export on host batch-3",
    service: "Orders",
    pack: /Read tables/,
    parameters: { Database: "orders", Schema: "shop", Tables: "orders" },
    why: "Reads the day's orders for the export.",
    environment: "prod",
  });
  const said = jonas.getByRole("complementary", { name: "What becomes of it" });
  await expect(said.getByText("Production with a static credential needs a dated exception.")).toBeVisible();
  const until = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
  await jonas.getByRole("button", { name: "Change Exception" }).click();
  await jonas.getByLabel("Reason for the exception").fill("The export cannot federate before the move.");
  await jonas.getByLabel("End of the exception").fill(until);
  await jonas.getByRole("button", { name: "Change Ends", exact: true }).click();
  await jonas.getByLabel("Ends", { exact: true }).fill(until);
  const path = await submitted(jonas);
  for (const person of ["Mara Lind", "Tomás Vidal"])
    await approveAt(await signedIn(browser, person), path, "Until the move.");
  await expectState(jonas, "Live");
  await expect(jonas.getByRole("region", { name: "Use it" })).toContainText("kv/payments/prod/");
  await expectFitToRead(jonas);
});
