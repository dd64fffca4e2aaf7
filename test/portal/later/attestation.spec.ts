import { expect, type Locator, type Page, test } from "@playwright/test";
import {
  answerPipeline,
  approveAt,
  asksAnother,
  expectFitToRead,
  expectState,
  pressed,
  signedIn,
  submitted,
} from "../steps.ts";
import { everyQuestionMoved, farFromSweeps, setAhead } from "./clock.ts";

const buckets = ["ledger-days", "ledger-weeks", "ledger-months", "ledger-quarters", "ledger-years"];

/** Goes on by Tab until this has the focus. */
async function tabTo(page: Page, to: Locator): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    if (await to.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("Tab does not lead there.");
}

test("an owner answers five questions by keyboard, each with its evidence", async ({ browser }) => {
  test.setTimeout(600_000);
  const [amara, mara, tomas] = [
    await signedIn(browser, "Amara Obi"),
    await signedIn(browser, "Mara Lind"),
    await signedIn(browser, "Tomás Vidal"),
  ];
  await test.step("five identities of Amara's live in production", async () => {
    for (const bucket of buckets) await live({ amara, approvers: [mara, tomas] }, bucket);
  });
  await amara.goto("/attestations");
  await expect(amara.getByText("Nothing is asked of you").first()).toBeVisible();

  await farFromSweeps();
  await setAhead("170 days");
  try {
    await everyQuestionMoved();
    const owner = await signedIn(browser, "Amara Obi");
    await owner.goto("/attestations");
    await expect(owner.getByText(/^\d+ questions for you\./)).toBeVisible();
    const all = await asked(owner);
    expect(all).toBeGreaterThanOrEqual(buckets.length);
    const menu = owner.getByRole("navigation", { name: "Main", exact: true });
    await expect(menu.getByRole("link", { name: /Attestations/ })).toContainText(String(all));
    await expect(owner.getByText("Reaches", { exact: true })).toBeVisible();
    await expectFitToRead(owner);

    await test.step("j goes on; k keeps; n narrows; t hands over; r retires", async () => {
      const first = await heading(owner);
      await pressAsItComes(owner);
      await expect.poll(() => heading(owner)).not.toBe(first);
      await owner.waitForTimeout(toRead);
      for (const kept of [1, 2]) {
        const before = owner.url();
        await owner.keyboard.down("k");
        await reasonWhereAsked(owner, all - kept);
        await nextIsShown(owner, { before, left: all - kept });
        await owner.waitForTimeout(toRead);
        // It is still held down: no second press, and nothing for the question that came.
        await owner.keyboard.down("k");
        await owner.keyboard.up("k");
      }
      await owner.keyboard.press("n");
      await expect(owner.getByText("sealed with your answer")).toBeVisible();
      await tabTo(owner, owner.getByRole("checkbox", { name: /s3:DeleteObject/ }));
      await owner.keyboard.press("Space");
      await expect(owner.getByText("Takes 1 permission away.")).toBeVisible();
      await tabTo(owner, owner.getByRole("textbox", { name: "Why" }));
      await owner.keyboard.type("Snapshots are never deleted.");
      const narrow = owner.getByRole("button", { name: "Answer: narrow" });
      await expect(narrow).toBeEnabled();
      await tabTo(owner, narrow);
      await owner.keyboard.press("Enter");
      await expect(owner).toHaveURL(/\/requests\//);
      await expectState(owner, "Done");
      await owner.goto("/attestations");
      await expect.poll(() => asked(owner)).toBe(all - 3);
      const before = owner.url();
      const handOver = await pressed(owner, "t");
      await handOver.getByRole("combobox").pressSequentially("Jonas");
      await handOver.getByRole("option", { name: /Jonas/ }).first().waitFor();
      await owner.keyboard.press("Enter");
      await handOver.getByRole("button", { name: "Ask to transfer" }).press("Enter");
      await nextIsShown(owner, { before, left: all - 4 });

      const name = await heading(owner);
      const retire = await pressed(owner, "r");
      await retire.getByLabel("Why").pressSequentially("The yearly run moved to the warehouse.");
      await retire.getByLabel(/It is production/).pressSequentially(name);
      await retire.getByRole("button", { name: "Retire" }).press("Enter");
      await expect.poll(() => asked(owner)).toBe(all - 5);
    });

    await test.step("security sees the coverage, and the export holds the signed answers", async () => {
      const security = await signedIn(browser, "Mara Lind");
      await security.goto("/attestations");
      await expect(security.getByRole("region", { name: "By team" }).getByText("Payments")).toBeVisible();
      await expectFitToRead(security);
      const lines = async () =>
        (await (await owner.request.get("/api/attestations/export?as=signed")).text()).trim().split("\n");
      await expect.poll(async () => (await lines()).length).toBeGreaterThanOrEqual(buckets.length);
    });
  } finally {
    await setAhead("0");
  }
});

/** Longer than a question stands before it takes an answer, ms. */
const toRead = 800;

/** Goes on by `j` and keeps, by key and by click, just as the next question comes: both are too early to have been meant for it. */
const pressAsItComes = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((pressed) => {
        const press = (key: string) =>
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        const title = () => document.querySelector("main h2 a")?.textContent;
        const first = title();
        const seen = new MutationObserver(() => {
          if (title() === first) return;
          seen.disconnect();
          setTimeout(() => {
            press("k");
            document.querySelector<HTMLButtonElement>("main footer button")?.click();
            pressed();
          }, 100);
        });
        seen.observe(document.body, { subtree: true, childList: true, characterData: true });
        press("j");
      }),
  );

/** How many questions the page says are asked. */
const asked = async (page: Page): Promise<number> => {
  const said = await page.getByRole("main").textContent();
  return Number(/(\d+) questions? for you\./.exec(said ?? "")?.[1] ?? 0);
};
const question = (page: Page): Locator =>
  page.getByRole("region").getByRole("heading", { level: 2 }).first().getByRole("link");
const heading = (page: Page): Promise<string> => question(page).textContent().then(String);

/** After an answer so many are left, and the address and the card are at the next of them. */
async function nextIsShown(page: Page, { before, left }: { readonly before: string; readonly left: number }) {
  await expect(page).not.toHaveURL(before);
  await expect.poll(() => asked(page)).toBe(left);
  const next = new URL(page.url()).searchParams.get("q");
  await expect(question(page)).toHaveAttribute("href", `/identities/${next}`);
}

/** What the targets told of is a sweep's to say: where it looks unused by now, *keep* asks why. */
async function reasonWhereAsked(page: Page, left: number): Promise<void> {
  const dialog = page.getByRole("dialog");
  let asksWhy = false;
  await expect(async () => {
    asksWhy = await dialog.isVisible();
    expect(asksWhy || (await asked(page)) === left).toBe(true);
  }).toPass();
  if (!asksWhy) return;
  await dialog.getByRole("textbox").pressSequentially("It runs at the end of the period.");
  await dialog.getByRole("button", { name: "Keep" }).press("Enter");
}

interface People {
  readonly amara: Page;
  readonly approvers: readonly Page[];
}
async function live({ amara, approvers }: People, bucket: string): Promise<void> {
  const answers = {
    repository: "acme/ledger",
    environment: "production",
    bucket,
    why: "Keeps the ledger's snapshots for the auditors.",
  };
  await answerPipeline(amara, answers);
  const path = await submitted(amara);
  for (const approver of approvers) {
    await approveAt(approver, path, "It is what the auditors need.");
    if (!(await asksAnother(amara))) break;
  }
  await expectState(amara, "Live", 60);
}
