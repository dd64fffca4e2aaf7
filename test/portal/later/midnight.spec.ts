import { expect, test } from "@playwright/test";
import { answerPipeline, expectFitToRead, expectState, signedIn } from "../steps.ts";
import { setAhead } from "./clock.ts";

test("a form left open over midnight is told that its end moved on, looks again by itself, and is sent", async ({
  browser,
}) => {
  const amara = await signedIn(browser, "Amara Obi");
  await answerPipeline(amara, {
    ...{ repository: "acme/ledger", environment: "production", bucket: "over-midnight" },
    why: "Keeps the ledger's snapshots for the auditors.",
  });
  const submit = amara.getByRole("button", { name: "Submit for approval" });
  await expect(submit).toHaveAttribute("aria-disabled", "false");
  await setAhead("1 day");
  try {
    await submit.click();
    await expect(amara.getByText("What would be made has changed since you looked.")).toBeVisible();
    await expectFitToRead(amara);
    await submit.click();
    await expect(amara).toHaveURL(/\/requests\/[0-9a-f-]{36}$/);
    await expectState(amara, "Awaiting approval");
    await amara.getByRole("button", { name: "Withdraw" }).click();
    await amara.getByRole("button", { name: "Withdraw the request" }).click();
    await expectState(amara, "Withdrawn");
  } finally {
    await setAhead("0");
  }
});
