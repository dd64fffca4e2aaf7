import { expect, type Page, test } from "@playwright/test";
import {
  acceptBy,
  approveAt,
  atTheQueue,
  expectFitToRead,
  expectState,
  hears,
  liveInStaging,
  openIdentity,
  signedIn,
} from "./steps.ts";

const policy = (action: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: action, Resource: "arn:aws:s3:::access-journey-archive/*" }],
  });

test("the owner takes an action away at once; a developer asks for more, mends it, and it is approved, accepted and done", async ({
  browser,
}) => {
  test.setTimeout(600_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  await liveInStaging(jonas, "access-journey");
  await openIdentity(jonas);
  const identity = new URL(jonas.url()).pathname;
  const name = (await jonas.getByRole("heading", { level: 1 }).textContent()) ?? "";

  await test.step("what it may do now stands there; taking away passes on its own", async () => {
    await jonas.getByRole("link", { name: "Request more or less access" }).click();
    await expect(jonas.getByRole("checkbox", { name: /s3:PutObject/ })).toBeChecked();
    await expect(jonas.getByText(/Which of these it uses/)).toBeVisible();
    await expect(jonas.getByText("Nothing differs yet.")).toBeVisible();
    await expect(jonas.getByRole("button", { name: "Submit for approval" })).toBeDisabled();
    await jonas.getByRole("checkbox", { name: /s3:DeleteObject/ }).uncheck();
    const said = jonas.getByRole("complementary", { name: "What becomes of it" });
    await expect(said.getByText("It passes on its own.")).toBeVisible();
    await expect(said.getByText("Takes 1 permission away.")).toBeVisible();
    await jonas.getByRole("textbox", { name: "Why" }).fill("Nothing of this pipeline deletes.");
    await expectFitToRead(jonas);
    await jonas.getByRole("button", { name: "Submit", exact: true }).click();
    await expect(jonas).toHaveURL(/\/requests\//);
    await expectState(jonas, "Done");
    await expect(jonas.getByRole("list", { name: "Steps" })).toContainText("exactly those of the plan");
    await expect(jonas.getByRole("region", { name: "Taken away" })).toContainText("s3:DeleteObject");
    await expectFitToRead(jonas);
    await jonas.goto(identity);
    await expect(await reachOf(jonas)).not.toContain("s3:DeleteObject");
  });

  const amara = await signedIn(browser, "Amara Obi");
  await test.step("more is refused at its field, mended where it stands, and told as more", async () => {
    await amara.goto(`${identity}/access`);
    await composed(amara, { search: "sqs:send", arn: "arn:aws:sns:eu-central-1:111122223333:jobs" });
    await expect(amara.getByText("This is nothing that sqs:SendMessage works on.")).toBeVisible();
    await expect(amara.getByText("Mend what is marked first")).toBeVisible();
    await expect(amara.getByRole("button", { name: "Submit for approval" })).toBeDisabled();
    await expectFitToRead(amara);
    await amara.getByRole("button", { name: "Paste a policy" }).click();
    await amara.getByRole("textbox", { name: "Add" }).fill(policy("*"));
    await expect(amara.getByText("An identity that may do everything cannot be reviewed.")).toBeVisible();
    await amara.getByRole("textbox", { name: "Add" }).fill(policy("s3:GetObject"));
    const said = amara.getByRole("complementary", { name: "What becomes of it" });
    await expect(said.getByText("People will be asked.")).toBeVisible();
    await expect(said.getByText("Adds 1 permission.")).toBeVisible();
    await amara.getByRole("textbox", { name: "Why" }).fill("It compares a build with the one in the archive.");
    await amara.getByRole("button", { name: "Submit for approval" }).click();
    await expect(amara).toHaveURL(/\/requests\//);
    await expectState(amara, "Awaiting approval");
  });
  const request = new URL(amara.url()).pathname;

  await test.step("security sees what is added, and the owner accepts it", async () => {
    const mara = await signedIn(browser, "Mara Lind");
    await atTheQueue(mara, request);
    await expect(mara.getByRole("region", { name: "Added" })).toContainText("access-journey-archive");
    await expect(mara.getByText("It compares a build with the one in the archive.")).toBeVisible();
    await expectFitToRead(mara);
    await approveAt(mara, request);
    await expectState(amara, "Awaiting the owner");
    await jonas.goto("/");
    await jonas.getByRole("link", { name: `Accept: ${name}` }).click();
    await acceptBy(jonas, "Accept more access");
    await expectState(amara, "Done");
    await amara.goto(identity);
    await expect(await reachOf(amara)).toContain("access-journey-archive");
    await expect(amara.getByText("Access changed: 1 permission added")).toBeVisible();
  });
});

test("what was begun about an identity stays when it is suspended meanwhile, and says why nothing comes of it", async ({
  browser,
}) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await liveInStaging(jonas, "begun-and-stopped");
  await openIdentity(jonas);
  const identity = new URL(jonas.url()).pathname;
  const [form, asks] = [await jonas.context().newPage(), await jonas.context().newPage()];
  await form.goto(`${identity}/access`);
  await hears(form);
  await form.getByRole("checkbox", { name: /s3:DeleteObject/ }).uncheck();
  await form.getByRole("textbox", { name: "Why" }).fill("Nothing of this deletes.");
  const submit = form.getByRole("button", { name: "Submit", exact: true });
  await expect(submit).toBeEnabled();
  await asks.goto(`${identity}?ask=suspend`);
  await hears(asks);
  const dialog = asks.getByRole("dialog", { name: /^Suspend / });
  await dialog.getByLabel("Why").fill("Somebody uses it from elsewhere.");

  await jonas.getByRole("button", { name: "Suspend" }).click();
  await jonas.getByRole("dialog").getByLabel("Why").fill("It is looked into.");
  await jonas.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
  await expect(jonas).toHaveURL(/\/requests\//);
  await expectState(jonas, "Done");

  await expect(form.getByText("What you have filled in stays here.")).toBeVisible();
  await expect(form.getByRole("checkbox", { name: /s3:DeleteObject/ })).not.toBeChecked();
  await expect(form.getByRole("textbox", { name: "Why" })).toHaveValue("Nothing of this deletes.");
  await expect(submit).toBeDisabled();
  await expectFitToRead(form);
  await expect(dialog.getByLabel("Why")).toHaveValue("Somebody uses it from elsewhere.");
  await dialog.getByRole("button", { name: "Suspend" }).click();
  await expect(dialog.getByText(/suspended/).first()).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expectState(asks, "Suspended");
  await expect(dialog).toBeHidden();
});

/** Composes one permission, once the page listens. */
async function composed(page: Page, { search: text, arn }: { search: string; arn: string }): Promise<void> {
  const search = page.getByPlaceholder(/^Search services and actions/);
  await expect(async () => {
    if (await search.isHidden()) await page.getByRole("button", { name: "Compose it yourself" }).click();
    await expect(search).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await search.pressSequentially(text);
  await page
    .getByRole("option", { name: /sqs:SendMessage / })
    .first()
    .waitFor();
  await search.press("Enter");
  await page.getByRole("textbox", { name: "ARN", exact: true }).fill(arn);
}

/** Everything that the identity's page says it may do. */
async function reachOf(page: Page): Promise<string> {
  const reach = page.getByRole("region", { name: "Reach", exact: true });
  await reach.getByText("Every action and resource").click();
  return (await reach.textContent()) ?? "";
}
