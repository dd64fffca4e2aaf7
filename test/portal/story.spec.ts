import { expect, type Page, test } from "@playwright/test";
import {
  acceptBy,
  answerPipeline,
  approveAt,
  atTheQueue,
  expectFitToRead,
  expectState,
  openIdentity,
  pressed,
  signedIn,
  submitted,
} from "./steps.ts";

const tooMuch = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: ["s3:PutObject"], Resource: "arn:aws:s3:::billing-archive/*" },
    {
      Effect: "Allow",
      Action: ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
      Resource: "arn:aws:lambda:eu-central-1:111122223333:function:billing-*",
    },
  ],
});

// Two of security are asked while Billing has nothing in production: no other test brings it there.
test("asked for in four answers, narrowed, approved by two, live, handed over, renewed and retired", async ({
  browser,
}, info) => {
  test.setTimeout(240_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  const mara = await signedIn(browser, "Mara Lind");
  const tomas = await signedIn(browser, "Tomás Vidal");
  const said = jonas.getByRole("complementary", { name: "What becomes of it" });
  let request = "";

  await test.step("four answers; policy and plan stand beside them", async () => {
    const began = performance.now();
    const asked = await answerPipeline(jonas, {
      repository: "acme/billing",
      environment: "production",
      bucket: "billing-archive",
      why: "Archives each month's invoices after the release.",
    });
    expect(asked).toBeLessThanOrEqual(4);
    await expect(said.getByText("People will be asked.")).toBeVisible();
    await expect(said.getByText("charter-permissions").first()).toBeVisible();
    info.annotations.push({
      type: "seconds from the start to policy's word",
      description: ((performance.now() - began) / 1_000).toFixed(1),
    });
    await expectFitToRead(jonas);
  });

  await test.step("what policy refuses is mended where it stands", async () => {
    await choosePerson(jonas, "Backup", "Jonas Kern");
    await expect(said.getByText("Owner and backup are the same person.")).toBeVisible();
    await expect(jonas.getByRole("button", { name: /^Submit/ })).toHaveAttribute("aria-disabled", "true");
    await choosePerson(jonas, "Backup", "Payments");
    await expect(said.getByText("Owner and backup are the same person.")).toBeHidden();
  });

  await test.step("a pasted policy that could make itself administrator is told as a path", async () => {
    await jonas.getByRole("button", { name: "Paste a policy" }).click();
    await jonas.getByRole("textbox", { name: "What must it do?" }).fill(tooMuch);
    await expect(said.getByRole("note").getByText("iam:PassRole").first()).toBeVisible();
    request = await submitted(jonas);
    await expectState(jonas, "Awaiting approval");
  });

  await test.step("nobody approves their own; security asks for less; the requester takes it over", async () => {
    await expect(jonas.getByRole("button", { name: /^Approve/ })).toHaveCount(0);
    await atTheQueue(mara, request);
    await expect(mara.getByRole("note").getByText("iam:PassRole").first()).toBeVisible();
    await expect(mara.getByRole("button", { name: "Approve anyway…" })).toBeVisible();
    await expectFitToRead(mara);
    const dialog = await pressed(mara, "s");
    await expect(dialog.getByRole("checkbox", { name: /iam:PassRole/ })).toBeChecked();
    await expect(dialog.getByRole("checkbox", { name: /s3:PutObject/ })).not.toBeChecked();
    for (const name of ["lambda:CreateFunction", "lambda:InvokeFunction"])
      await dialog.getByRole("checkbox", { name: new RegExp(name) }).check();
    await dialog.getByLabel("End earlier (optional)").fill(inDays(100));
    await dialog.getByLabel("Why less is enough").fill("An archive writes objects; it makes no functions.");
    await dialog.getByRole("button", { name: "Ask for less" }).click();
    await expect(dialog).toBeHidden();

    await expect(jonas.getByText("An archive writes objects; it makes no functions.")).toBeVisible();
    await jonas.getByRole("button", { name: "Take this over and submit" }).click();
    await expect(jonas.getByRole("region", { name: "Versions" }).getByText("Version 2")).toBeVisible();
    await expect(jonas.getByRole("note")).toHaveCount(0);
  });

  await test.step("two of security approve exactly that version", async () => {
    await approveAt(mara, request);
    await expect(jonas.getByText("1 of 2 of security")).toBeVisible();
    await mara.goto("/approvals");
    await expect(mara.locator(`a[href="/approvals?r=${request.split("/").at(-1)}"]`)).toHaveCount(0);
    await approveAt(tomas, request);
  });

  await test.step("its steps are seen as they happen, then how to use it", async () => {
    await expectState(jonas, "Live");
    const steps = jonas.getByRole("list", { name: "Steps" });
    await expect(steps.getByRole("listitem").last()).toContainText("Read back");
    const use = jonas.getByRole("region", { name: "Use it" });
    await expect(use).toContainText("role-to-assume: arn:aws:iam::111122223333:role/charter/");
    await expect(use).toContainText("id-token: write");
    await expectFitToRead(jonas);
  });

  await test.step("the inventory knows it at once: four questions, each with its evidence", async () => {
    await openIdentity(jonas);
    await expect(jonas.getByRole("region", { name: "Who owns it" })).toContainText("Jonas Kern");
    await expect(jonas.getByRole("region", { name: "Who owns it" })).toContainText("Accepted");
    await expect(jonas.getByRole("region", { name: "Why it exists" })).toContainText("Archives each month's invoices");
    await expect(jonas.getByRole("region", { name: "What it can reach" })).toContainText("Read back");
    await expect(jonas.getByRole("region", { name: "When it ends" })).toContainText("Jonas Kern answers for its end");
    await expectFitToRead(jonas);
  });
  const identity = new URL(jonas.url()).pathname;
  const name = (await jonas.getByRole("heading", { level: 1 }).textContent()) ?? "";

  await test.step("handed to Amara, who accepts", async () => {
    await jonas.getByRole("button", { name: "Transfer" }).click();
    await jonas.getByRole("combobox", { name: "New owner" }).fill("Amara");
    await jonas.getByRole("option", { name: "Amara Obi" }).click();
    await jonas.getByRole("button", { name: "Ask to transfer" }).click();
    await expect(jonas).toHaveURL(/\/requests\//);
    await expectState(jonas, "Awaiting the owner");
    const amara = await signedIn(browser, "Amara Obi");
    await amara.getByRole("link", { name: `Accept: ${name}` }).click();
    await expect(amara.getByText("Archives each month's invoices").first()).toBeVisible();
    await acceptBy(amara, "Accept ownership");
    await expectState(amara, "Done");
    await amara.goto(identity);
    await expect(amara.getByRole("region", { name: "Who owns it" })).toContainText("Amara Obi");

    await renew(amara, 300);
    await expectState(amara, "Awaiting approval");
    await approveAt(mara, new URL(amara.url()).pathname);
    await expectState(amara, "Done");

    await amara.goto(identity);
    await amara.getByRole("button", { name: "Retire" }).click();
    const dialog = amara.getByRole("dialog");
    await expect(dialog.getByText(/will stop\.$/)).toBeVisible();
    await dialog.getByLabel("Why").fill("Invoices are archived by the ledger now.");
    await expect(dialog.getByRole("button", { name: "Retire" })).toBeDisabled();
    await dialog.getByLabel(/It is production/).fill(name);
    await dialog.getByRole("button", { name: "Retire" }).click();
    await expect(amara.getByRole("list", { name: "Steps" }).getByRole("listitem").first()).toContainText("Read back");
    await amara.goto(identity);
    await expectState(amara, "Retiring");
    await expect(amara.getByRole("region", { name: "When it ends" })).toContainText("Disabled; removed");
    await expectFitToRead(amara);
  });
});

/** The day so many days from today, as a date field takes it. */
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Asks for an end so many days from today. */
async function renew(page: Page, days: number): Promise<void> {
  await page.getByRole("button", { name: "Renew" }).click();
  await page.getByLabel("New end").fill(inDays(days));
  await page.getByRole("button", { name: "Ask to renew" }).click();
  await expect(page).toHaveURL(/\/requests\//);
}

async function choosePerson(page: Page, line: string, person: string): Promise<void> {
  await page.getByRole("button", { name: `Change ${line}` }).click();
  await page.getByRole("combobox", { name: line }).fill(person.split(" ")[0] ?? person);
  await page.getByRole("option", { name: new RegExp(person) }).click();
}
