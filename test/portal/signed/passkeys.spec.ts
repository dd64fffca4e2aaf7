import { expect, type Page, test } from "@playwright/test";
import { scriptsWait } from "../scripts.ts";
import { answerPipeline, atTheQueue, expectFitToRead, expectState, pressed, signedIn } from "../steps.ts";
import { enrolled, invitedByHost, signs, withAuthenticator } from "./keys.ts";

/** Fills in a production request that its asker would own, and sends it. */
async function sent(page: Page, bucket: string): Promise<void> {
  const why = "Writes what the signed release leaves behind.";
  await answerPipeline(page, { repository: "acme/billing", environment: "production", bucket, why });
  const submit = page.getByRole("button", { name: /^Submit/ });
  await expect(submit).toHaveAttribute("aria-disabled", "false");
  await submit.click();
}

const reason = "Its plan is what we agreed on.";
/** Presses approve at the queue, with a reason where one is demanded; the dialog stays until it was signed. */
async function approving(page: Page, path: string, before = async () => {}) {
  await atTheQueue(page, path);
  const dialog = await pressed(page, "a");
  await before();
  await dialog.getByRole("textbox").fill(reason);
  await dialog.getByRole("button", { name: "Approve" }).click();
  return dialog;
}

/** Signs an invitation of a person by name, under Settings. */
async function invites(page: Page, name: string): Promise<void> {
  await page.goto("/settings");
  await page.getByRole("combobox", { name: "Invite somebody to enrol a passkey" }).fill(name);
  await page.getByRole("option", { name }).click();
  await page.getByRole("button", { name: "Sign the invitation" }).click();
  await signs(page, `Invite ${name} to enrol a passkey.`);
  await expect(page.getByText(`Signed for ${name}.`)).toBeVisible();
}

const noKey = "This is signed with a passkey, and you have none that can be used yet.";
const spent = "This code is not yours, or was used.";

test("enrolled by invitation, production is asked for and approved with a key, and not without", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  const mara = await signedIn(browser, "Mara Lind");
  const tomas = await signedIn(browser, "Tomás Vidal");
  const hers = await withAuthenticator(mara);
  await withAuthenticator(tomas);
  await withAuthenticator(jonas);

  await test.step("the host's code is one person's, and serves once", async () => {
    const code = invitedByHost("demo-mara-lind");
    const tries = async (page: Page) => {
      await page.goto("/settings");
      await page.getByLabel("Name of the new passkey").fill("Not mine");
      await page.getByLabel("One-time code").fill(code);
      await page.getByRole("button", { name: "Enrol a passkey" }).click();
      await expect(page.getByText(spent)).toBeVisible();
    };
    await tries(tomas);
    await enrolled(mara, "Mara's laptop", code);
    await tries(mara);
    await enrolled(tomas, "Key of Tomás", invitedByHost("demo-tomas-vidal"));
  });

  await test.step("from then on two of security invite, and the host nobody", async () => {
    expect(() => invitedByHost("demo-mara-lind")).toThrow(/from now on two of them invite/);
    await sent(jonas, "signed-releases");
    await expect(jonas.getByText(noKey)).toBeVisible();
    await invites(mara, "Jonas Kern");
    await invites(tomas, "Jonas Kern");
    await jonas.goto("/settings");
    await expect(jonas.getByText("Not needed: two of security invited you")).toBeVisible();
    await enrolled(jonas, "Jonas's phone", "");
    await expect(jonas.getByText("not usable yet")).toBeVisible();
    await mara.goto("/settings");
    await expectFitToRead(mara);
    await mara.getByRole("button", { name: /^Sign for it/ }).click();
    await signs(mara, "Let the passkey Jonas's phone of Jonas Kern be used from now on.");
    await expect(jonas.getByText("not usable yet")).toBeHidden();
    await expectFitToRead(jonas);
  });

  await sent(jonas, "signed-releases");
  await signs(jonas, /Ask for version 1 of .* in prod, exactly as shown, and accept to own it\./);
  await expect(jonas).toHaveURL(/\/requests\/[0-9a-f-]{36}$/);
  await expectState(jonas, "Awaiting approval");
  const path = new URL(jonas.url()).pathname;

  await test.step("cancelled, or without PIN or finger, nothing is decided", async () => {
    const approval = await approving(mara, path);
    const asked = mara.getByRole("dialog", { name: "Sign with your passkey" });
    await expect(asked).toContainText(/Approve version 1 of .* in prod, exactly as shown\./);
    await asked.getByText("What is signed, word for word").click();
    await expect(asked.getByText('"verdict": "approve"')).toBeVisible();
    await hers.verifies(false);
    await asked.getByRole("button", { name: "Use passkey" }).click();
    await expect(asked.getByRole("status")).toContainText("The passkey was not used. Nothing was sent");
    await expectFitToRead(mara);
    await asked.getByRole("button", { name: "Cancel" }).click();
    await expect(asked).toBeHidden();
    // The dialog beneath has the focus again: no key of the page acts behind it.
    await expect.poll(() => approval.evaluate((box) => box.contains(document.activeElement))).toBe(true);
    await jonas.goto(path);
    await expectState(jonas, "Awaiting approval");
    await hers.verifies(true);
  });

  await test.step("while what asks for the key is fetched, Escape leaves it alone, and not the dialog beneath", async () => {
    let come = () => {};
    const coming = new Promise<"come">((resolve) => (come = () => resolve("come")));
    const approval = await approving(mara, path, async () => void (await scriptsWait(mara, coming)));
    const waits = mara.locator("[aria-label=Loading]");
    await expect(waits).toBeVisible();
    await mara.keyboard.press("Escape");
    await expect(waits).toBeHidden();
    await expect(approval.getByRole("textbox")).toHaveValue(reason);
    come();
    await mara.unrouteAll({ behavior: "wait" });
  });

  await test.step("where what asks for the key does not come, nothing is decided and it may be asked for again", async () => {
    const noMoreScripts = () => mara.route("**/*.js", (route) => route.fulfill({ status: 404, body: "" }));
    const approval = await approving(mara, path, async () => void (await noMoreScripts()));
    const asked = mara.getByRole("dialog", { name: "Sign with your passkey" });
    await expect(asked.getByRole("alert")).toHaveText("It could not be shown. Try again, or load the page anew.");
    await expectFitToRead(mara);
    await mara.keyboard.press("Escape");
    await expect(asked).toBeHidden();
    await expect(approval.getByRole("textbox")).toHaveValue(reason);
    await approval.getByRole("button", { name: "Approve" }).click();
    await expect(asked.getByRole("alert")).toBeVisible();
    await mara.unrouteAll();
    await asked.getByRole("button", { name: "Try again" }).click();
    await expect(asked).toContainText(/Approve version 1 of/);
    await asked.getByRole("button", { name: "Cancel" }).click();
    await expect(approval).toBeVisible();
    await jonas.goto(path);
    await expectState(jonas, "Awaiting approval");
  });

  await test.step("each of two signs once, and it is created", async () => {
    for (const page of [mara, tomas]) {
      const approval = await approving(page, path);
      await signs(page, /Approve version 1 of/);
      await expect(approval).toBeHidden();
    }
    await expectState(jonas, "Live");
  });

  await test.step("a lost key is revoked without a gesture, and signs nothing more", async () => {
    await jonas.goto("/settings");
    await jonas.getByRole("button", { name: "Revoke Jonas's phone" }).click();
    await expect(jonas.getByRole("listitem").filter({ hasText: "Jonas's phone" }).getByText("revoked")).toBeVisible();
    await sent(jonas, "signed-again");
    await expect(jonas.getByText(noKey)).toBeVisible();
  });
});
