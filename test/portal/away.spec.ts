import { type Browser, expect, type Page, test } from "@playwright/test";
import { answerPipeline, expectState, signedIn, submitted } from "./steps.ts";

const remark = (page: Page) => page.getByRole("textbox", { name: "Write to those who decide" });

/** A request of Jonas's that waits for its approval, and the same page in a browser of his that is elsewhere. */
async function seenTwice(browser: Browser, before: (elsewhere: Page) => Promise<void>) {
  const [jonas, other] = [await signedIn(browser, "Jonas Kern"), await signedIn(browser, "Jonas Kern")];
  // A tab whose console may tell of what was not answered.
  const elsewhere = await other.context().newPage();
  await other.close();
  await answerPipeline(jonas, {
    ...{ repository: "acme/ledger", environment: "production", bucket: "ledger-away" },
    why: "Uploads what is read while the portal is away.",
  });
  const path = await submitted(jonas);
  await expectState(jonas, "Awaiting approval");
  await before(elsewhere);
  await elsewhere.goto(path);
  return { jonas, elsewhere };
}

async function writes(page: Page, words: string): Promise<void> {
  await remark(page).fill(words);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(remark(page)).toHaveValue("");
}

async function withdrawn(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Withdraw" }).click();
  await page.getByRole("button", { name: "Withdraw the request" }).click();
  await expectState(page, "Withdrawn");
}

test("a portal that is busy or away while a page is drawn anew takes nothing of it; once it answers, what changed is shown", async ({
  browser,
}) => {
  const { jonas, elsewhere } = await seenTwice(browser, async () => undefined);
  let asked = 0;
  await elsewhere.route(/\/requests\/[0-9a-f-]{36}/, async (route) => {
    const headers = route.request().headers();
    if (headers.rsc === undefined || headers["next-router-prefetch"] !== undefined) return route.continue();
    asked += 1;
    if (asked === 1)
      return route.fulfill({ status: 503, headers: { "retry-after": "1" }, body: "The portal is busy." });
    return asked === 2 ? route.abort() : route.continue();
  });
  await remark(elsewhere).fill("Typed while it was away.");
  await writes(jonas, "Said from another browser.");
  await expect(elsewhere.getByText("Said from another browser.")).toBeVisible();
  expect(asked).toBeGreaterThan(2);
  await expect(remark(elsewhere)).toHaveValue("Typed while it was away.");
  await withdrawn(jonas);
});

/** From the next address on the stream is refused; how often it was. */
async function streamRefused(page: Page): Promise<() => number> {
  let refused = 0;
  await page.route("**/api/stream?*", (route) => {
    refused += 1;
    return route.fulfill({ status: 500, body: "" });
  });
  return () => refused;
}

test("a stream that is refused is asked for again, and tells what changed meanwhile", async ({ browser }) => {
  let refused = () => 0;
  const { jonas, elsewhere } = await seenTwice(browser, async (page) => {
    refused = await streamRefused(page);
  });
  await expect.poll(refused).toBeGreaterThan(1);
  await writes(jonas, "Said while it was deaf.");
  await elsewhere.unrouteAll();
  await expect(elsewhere.getByText("Said while it was deaf.")).toBeVisible();
  await withdrawn(jonas);
});

test("a page whose stream is refused because its session has ended leads to sign-in", async ({ browser }) => {
  const other = await signedIn(browser, "Jonas Kern");
  const page = await other.context().newPage();
  await other.close();
  const refused = await streamRefused(page);
  await page.goto("/identities");
  await expect.poll(refused).toBeGreaterThan(0);
  await page.context().clearCookies();
  await expect(page).toHaveURL(/\/sign-in\?ended=1/);
});

test("a form whose page is drawn anew all the time still says what becomes of it, and saves its draft", async ({
  browser,
}) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await jonas.goto("/requests/new?blueprint=aws-role-ci-pipeline&repo=acme/billing&environment=staging");
  await jonas.evaluate(() => {
    const stream = new BroadcastChannel("charter-stream");
    // Between two of them there is no time for the form's own pauses.
    setInterval(() => stream.postMessage({ kind: "changed" }), 250);
  });
  await jonas.getByLabel("Why does it exist?").fill("Archives each month's invoices for the auditors.");
  await expect(jonas.getByText("Draft saved")).toBeVisible();
  await expect(jonas).toHaveURL(/draft=/);
  await jonas.getByRole("combobox", { name: "What must it do?" }).click();
  await jonas.getByRole("option", { name: /Write to a bucket/ }).click();
  await jonas.getByRole("textbox", { name: "Bucket" }).fill("often-drawn");
  await expect(jonas.getByRole("complementary", { name: "What becomes of it" })).toContainText("It passes on its own.");
});
