import { expect, type Page, test } from "@playwright/test";
import { scriptsWait } from "./scripts.ts";
import { answerPipeline, expectFitToRead, expectState, liveInStaging, openIdentity, signedIn } from "./steps.ts";

const questions = (page: Page) => page.getByRole("region", { name: "Questions" });
const becomes = (page: Page) => page.getByRole("complementary", { name: "What becomes of it" });

test("a link begins the form, and says at its field what it names wrongly", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await jonas.goto(
    "/requests/new?blueprint=aws-role-ci-pipeline&repo=acme/billing&environment=staging&pack=write-bucket&bucket=by-link",
  );
  await expect(jonas.getByRole("combobox", { name: "Which repository?" })).toHaveValue("acme/billing");
  await expect(jonas.getByLabel("Environment or branch").first()).toHaveValue("staging");
  await expect(jonas.getByRole("textbox", { name: "Bucket" })).toHaveValue("by-link");
  await jonas.goto("/requests/new?blueprint=aws-role-ci-pipeline&repo=billing&pack=mine-bitcoin");
  await expect(questions(jonas)).toContainText("The link names “billing”, which is no repository");
  await expect(questions(jonas)).toContainText("“mine-bitcoin”, which is not offered here");
  await jonas.goto("/requests/new?blueprint=aws-root");
  await expect(jonas.getByText("The link names the blueprint “aws-root”, which is not offered.")).toBeVisible();
});

test("permissions are composed with the keyboard alone", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await jonas.goto("/requests/new?blueprint=aws-role-ci-pipeline&repo=acme/billing&environment=staging");
  const search = jonas.getByPlaceholder(/^Search services and actions/);
  // The server's first paint listens to no key yet.
  await expect(async () => {
    if (await search.isHidden()) await jonas.getByRole("button", { name: "Compose it yourself" }).press("Enter");
    await expect(search).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await search.pressSequentially("sqs:send");
  await expect(jonas.getByRole("option", { name: /sqs:SendMessage / }).first()).toBeVisible();
  await search.press("Enter");
  const arn = jonas.getByRole("textbox", { name: "ARN", exact: true });
  await expect(jonas.getByRole("group", { name: "Permission 1" })).toContainText("write");
  await arn.focus();
  await jonas.keyboard.type("arn:aws:sns:eu-central-1:111122223333:jobs");
  await expect(questions(jonas)).toContainText("This is nothing that sqs:SendMessage works on.");
  await expect(arn).toHaveAttribute("aria-invalid", "true");
  await arn.press("ControlOrMeta+a");
  await jonas.keyboard.type("arn:{partition}:sqs:{region}:{account}:jobs-*");
  await expect(arn).not.toHaveAttribute("aria-invalid", "true");
  await search.focus();
  await jonas.keyboard.type("s3:Get*");
  await expect(jonas.getByRole("option", { name: /s3:Get\*/ })).toBeVisible();
  await jonas.keyboard.press("Enter");
  await expect(jonas.getByRole("group", { name: "Permission 2" })).toContainText(/wildcard: \d+/);
  await jonas.getByRole("button", { name: "Take s3:Get* away" }).press("Enter");
  await expect(jonas.getByRole("group", { name: "Permission 2" })).toHaveCount(0);
  await expect(search).not.toBeFocused();
  await jonas.getByLabel("Why does it exist?").focus();
  await jonas.keyboard.type("Puts the jobs of the staging pipeline into their queue.");
  await expect(becomes(jonas).getByText(/sqs:SendMessage on arn:aws:sqs:/)).toBeVisible();
  await expectFitToRead(jonas);
});

test("a pasted error becomes a proposed permission, and what no permission mends is said", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await jonas.goto("/requests/new?blueprint=aws-role-ci-pipeline&repo=acme/billing&environment=staging");
  await jonas.getByRole("button", { name: "Paste an error message" }).click();
  const message = jonas.getByRole("textbox", { name: "The error message" });
  const user =
    "User: arn:aws:sts::111122223333:assumed-role/ci/<img src=x onerror=alert(1)> is not authorized to perform: ";
  await message.fill(
    `${user}s3:PutObject on resource: "arn:aws:s3:::cold/*" with an explicit deny in a service control policy`,
  );
  await jonas.getByRole("button", { name: "Read it" }).click();
  await expect(questions(jonas)).toContainText("No permission is proposed: none would mend this.");
  await expect(questions(jonas)).toContainText("denied explicitly by the service control policy");
  await message.fill(
    `${user}s3:PutObject on resource: "arn:aws:s3:::cold/*" because no identity-based policy allows the s3:PutObject action`,
  );
  await jonas.getByRole("button", { name: "Read it" }).click();
  await expect(questions(jonas)).toContainText("Proposed permission");
  expect(await jonas.locator("img").count()).toBe(0);
  await expectFitToRead(jonas);
  await jonas.getByRole("button", { name: "Take it over" }).click();
  await expect(jonas.getByRole("group", { name: "Permission 1" })).toContainText("s3:PutObject");
  await expect(jonas.getByRole("textbox", { name: "ARN", exact: true })).toHaveValue("arn:aws:s3:::cold/*");
});

test("a developer asks for one like another, in three environments; two clicks make each once", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await liveInStaging(jonas, "cloned");
  await openIdentity(jonas);
  await jonas.getByRole("link", { name: "Request one like this" }).click();
  const copied = jonas.getByRole("note", { name: "What was copied" });
  await expect(copied).toContainText("Approvals, exceptions and ends are never copied.");
  await expect(jonas.getByRole("textbox", { name: "Bucket" })).toHaveValue("cloned");
  await expect(jonas.getByLabel("Why does it exist?")).toHaveValue("");
  await copied.getByRole("button", { name: "Say the same" }).click();
  await expect(becomes(jonas).getByRole("region", { name: "Similar identities" })).toContainText(
    "May do the very same",
  );

  await jonas.getByRole("button", { name: "prod", exact: true }).click();
  await jonas.getByRole("button", { name: "dev", exact: true }).click();
  await jonas.getByLabel("Environment or branch for dev").selectOption({ label: "a branch" });
  const sides = becomes(jonas).getByRole("group", { name: "What becomes of each environment" });
  await expect(sides.getByRole("button", { name: /^staging\s*Passes on its own/ })).toBeVisible();
  await expect(sides.getByRole("button", { name: /^dev\s*Passes on its own/ })).toBeVisible();
  await expect(sides.getByRole("button", { name: /^prod\s*\d of security/ })).toBeVisible();
  await expectFitToRead(jonas);
  const submit = jonas.getByRole("button", { name: "Submit all 3" });
  await expect(submit).toHaveAttribute("aria-disabled", "false");
  await submit.dblclick();
  const sent = becomes(jonas).getByRole("list", { name: "What was sent" });
  await expect(sent).toContainText("Sent: see the request");
  await expect(sent.getByRole("link", { name: "Sent: see the request" })).toHaveCount(3);
  const other = await jonas.context().newPage();
  await other.goto("/requests?kind=provision");
  for (const environment of ["staging", "prod", "dev"])
    await expect(other.getByRole("link", { name: new RegExp(`cloned-${environment}`) })).toHaveCount(1);
  await other.getByRole("link", { name: /cloned-dev/ }).click();
  await expectState(other, "Live");
  // All that happened since has drawn the form's page anew, several times.
  await expect(sent.getByRole("link", { name: "Sent: see the request" })).toHaveCount(3);
  await expect(copied).toBeVisible();
});

const archive = {
  ...{ repository: "acme/billing", environment: "staging", bucket: "late-part" },
  why: "Archives each month's invoices for the auditors.",
};

test("while what shows several environments is fetched their places wait, nothing moves, and nothing typed is lost", async ({
  browser,
}) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await answerPipeline(jonas, archive);
  await expect(becomes(jonas)).toContainText("It passes on its own.");
  let come = () => {};
  const asked = await scriptsWait(jonas, new Promise((resolve) => (come = () => resolve("come"))));
  await jonas.getByRole("button", { name: "prod", exact: true }).click();
  await expect(becomes(jonas).getByRole("status", { name: "Looking at each environment" })).toContainText("staging");
  await expect(becomes(jonas)).toContainText("Looking at each environment…");
  const submit = jonas.getByRole("button", { name: "Submit all 2" });
  await expect(submit).toHaveAttribute("aria-disabled", "true");
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  await jonas.getByLabel("Why does it exist?").fill("Typed while it was on its way.");
  await expectFitToRead(jonas);
  await expect(becomes(jonas)).toContainText("as you type");
  await submit.focus();
  const policy = becomes(jonas).getByRole("region", { name: "What policy says" });
  const before = await policy.boundingBox();
  come();
  await expect(becomes(jonas).getByRole("group", { name: "What becomes of each environment" })).toBeVisible();
  expect((await policy.boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0);
  await expect(submit).toBeFocused();
  await expect(submit).toHaveAttribute("aria-disabled", "false");
  await expect(jonas.getByLabel("Why does it exist?")).toHaveValue("Typed while it was on its way.");
});

test("where what shows several environments does not come, the form stays as it is and may ask again", async ({
  browser,
}) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await answerPipeline(jonas, archive);
  await scriptsWait(jonas, Promise.resolve("are missing"));
  await jonas.getByRole("button", { name: "prod", exact: true }).click();
  const told = becomes(jonas).getByRole("alert");
  await expect(told).toContainText(
    "The environments could not be shown. What you typed is kept: try again, or load the page anew.",
  );
  await expect(jonas.getByRole("button", { name: "Submit all 2" })).toHaveAttribute("aria-disabled", "true");
  await expectFitToRead(jonas);
  await jonas.getByLabel("Why does it exist?").fill("Typed after it did not come.");
  await jonas.unrouteAll();
  await told.getByRole("button", { name: "Try again" }).click();
  const sides = becomes(jonas).getByRole("group", { name: "What becomes of each environment" });
  await expect(sides.getByRole("button").first()).toBeFocused();
  await expect(jonas.getByLabel("Why does it exist?")).toHaveValue("Typed after it did not come.");
});

test("one environment that cannot be sent stays behind as a draft", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await answerPipeline(jonas, {
    repository: "acme/ledger",
    environment: "staging",
    bucket: "partly",
    why: "Keeps what the staging pipeline builds until the next release.",
  });
  await jonas.getByRole("button", { name: "dev", exact: true }).click();
  await expect(becomes(jonas).getByRole("button", { name: /^dev\s*\d things? to mend/ })).toBeVisible();
  await expect(becomes(jonas)).toContainText("dev stays behind as a draft");
  await jonas.getByRole("button", { name: "Submit 1 of 2" }).click();
  await expect(becomes(jonas).getByRole("link", { name: "Sent: see the request" })).toHaveCount(1);
  await becomes(jonas).getByRole("link", { name: "Go on with its draft" }).click();
  await expect(jonas.getByRole("textbox", { name: "Bucket" })).toHaveValue("partly");
  await expect(jonas.getByRole("button", { name: "Discard draft" })).toBeVisible();
});
