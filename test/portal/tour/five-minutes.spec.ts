import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { z } from "zod";
import { requestKinds } from "../../../lib/domain/charter.ts";
import { findingKinds, wordsOf } from "../../../lib/domain/finding.ts";
import { identityStates } from "../../../lib/domain/identity.ts";
import { type RequestState, requestStates } from "../../../lib/domain/request.ts";
import { command, exportedLog } from "../commands.ts";
import { expectAccessible, expectFitToRead, expectState, hears, pressed, signedIn } from "../steps.ts";

/** Every blueprint, with the credential model that it gives. */
const blueprints: readonly (readonly [name: string, credential: RegExp])[] = [
  ["aws-role-ci-pipeline", /^federated$/i],
  ["aws-user-access-key", /^static$/i],
  ["postgresql-role", /^static$/i],
];

/** States that a request passes while nobody looks. */
const passing: readonly RequestState[] = ["received", "approved"];

const ports = z.record(z.string(), z.number());
const world = z.object({ roles: z.record(z.string(), z.object({ name: z.string() })) });

/** Names of the roles in a simulated account of the installation under test. */
async function rolesAt(target: string): Promise<readonly string[]> {
  const taken = ports.parse(JSON.parse(readFileSync(join(process.env.CHARTER_TEST_HOME ?? "", "ports.json"), "utf8")));
  const answer = await fetch(`http://127.0.0.1:${taken[target]}/_simulator/world`);
  return Object.values(world.parse(await answer.json()).roles).map(({ name }) => name);
}

const list = (page: Page) => page.getByRole("region", { name: "See it in five minutes" });
const ticked = (page: Page, count: number) =>
  expect(page.getByRole("button", { name: `See it in five minutes · ${count} of 9` })).toBeVisible({ timeout: 60_000 });

/** A page that was opened for somebody else hears clicks: a person is slower than its scripts, a test is not. */
async function expectOpenAs(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("button", { name: `Account: ${name}` }).first()).toBeAttached({ timeout: 30_000 });
  await hears(page);
}

/** How many rows a page says that it has. */
const rowsSaid: readonly (readonly [path: RegExp, said: RegExp])[] = [
  [/^\/identities\?/, /([\d,]+) identit(?:y|ies) in this view/],
  [/^\/findings\?/, /([\d,]+) findings?, worst first/],
  [/^\/attestations\?(?!q=)/, /Open questions([\d,]+)/],
  [/^\/attestations$/, /([\d,]+) questions? for you/],
  [/^\/approvals$/, /Waiting for you([\d,]+)/],
];

/** Each number of a page that is a link: where it leads, what it says, and how many rows are there. */
async function numbersAt(page: Page, path: string) {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const links = await page.locator("main a[href]").evaluateAll((all) =>
    all.flatMap((link) => {
      const parts = [link, ...link.querySelectorAll("span")].map((part) => part.textContent?.trim() ?? "");
      const number = /^[\d,]+/.exec(parts.find((text) => /^[\d,]+(?![\d,]*-)/.test(text)) ?? "")?.[0];
      return number === undefined ? [] : [{ href: link.getAttribute("href") ?? "", number }];
    }),
  );
  const led = links.flatMap((link) => {
    const said = rowsSaid.find(([where]) => where.test(link.href))?.[1];
    return said === undefined ? [] : [{ ...link, said }];
  });
  return Promise.all(
    led.map(async ({ href, number, said }) => {
      const drawn = await page.evaluate(async (address) => {
        const there = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
        for (const script of there.querySelectorAll("script")) script.remove();
        return there.body.textContent ?? "";
      }, href);
      return { from: `${number} at ${path}, ${href}`, number, rows: said.exec(drawn)?.[1] ?? "none said" };
    }),
  );
}

/** Takes the step the checklist is at, as whom it says; once more where the worker was not back yet to verify the sign-in. */
async function goOnAs(page: Page, name: string): Promise<void> {
  await list(page)
    .getByRole("button", { name: `As ${name}` })
    .click();
  await expectOpenAs(page, name);
  await expect(async () => {
    if (!(await page.getByText(/signed in for reading only/i).isVisible())) return;
    await viewAs(page, name);
    await expect(page.getByText(/signed in for reading only/i)).toBeHidden();
  }).toPass({ timeout: 90_000 });
}

async function viewAs(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "View as" }).click();
  await page.getByRole("menuitem", { name: new RegExp(name) }).click();
  await expectOpenAs(page, name);
}

async function approveHere(page: Page): Promise<void> {
  const dialog = await pressed(page, "a");
  await dialog.getByRole("textbox").fill("Less now, and enough.");
  await dialog.getByRole("button", { name: "Approve" }).click();
  await expect(dialog).toBeHidden();
}

// First: what follows changes what is there.
test("each state, blueprint and defect is there after one start", async ({ browser }) => {
  test.setTimeout(300_000);
  const page = await signedIn(browser, "Mara Lind");
  const expectRows = async (path: string, words: RegExp) => {
    await page.goto(path);
    await expect(page.getByText(words).first(), path).toBeVisible();
  };

  await test.step("nothing of the story was refused that should not be", () => {
    const told = readFileSync(join(process.env.CHARTER_TEST_HOME ?? "", "logs", "history.log"), "utf8");
    expect(told).toMatch(/^\d+ identities asked for\n$/);
  });

  await test.step("identities", async () => {
    await expectRows("/identities", /^[4-6]\d identities in this view/);
    // What failed never came to be: its request tells of it, not the inventory.
    for (const state of identityStates.filter((one) => one !== "failed"))
      await expectRows(`/identities?state=${state}`, /^[1-9]\d* identit/);
    for (const [blueprint, credential] of blueprints) {
      await expectRows(`/identities?blueprint=${blueprint}`, /^[1-9]\d* identit/);
      await expect(page.getByRole("table").getByText(credential).first(), blueprint).toBeVisible();
    }
  });

  await test.step("requests", async () => {
    for (const state of requestStates.filter((one) => !passing.includes(one))) {
      await page.goto(`/requests?state=${state}`);
      await expect(page.getByRole("table").locator("tbody tr").first(), state).toBeVisible();
    }
    for (const kind of requestKinds) {
      await page.goto(`/requests?kind=${kind}`);
      await expect(page.getByRole("table").locator("tbody tr").first(), kind).toBeVisible();
    }
  });

  await test.step("findings", async () => {
    await page.goto("/findings");
    const groups = page.getByRole("region", { name: "Findings by kind" });
    for (const kind of findingKinds)
      await expect(groups.getByRole("link", { name: new RegExp(`^${wordsOf(kind).title}`) }), kind).toBeVisible();
    await expect(groups.getByText("Nothing of:")).toHaveCount(0);
  });

  await test.step("fourteen weeks of log verify", async () => {
    await page.goto("/audit");
    const folder = mkdtempSync(join(tmpdir(), "charter-audit-"));
    try {
      const { log, key } = await exportedLog(page, folder);
      expect(command("audit:verify", log, "--key", key).said).toContain("The log is sound.");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  await test.step("looks at a target that saw the same are one line of a life, which a key unfolds", async () => {
    await page.goto("/identities?q=ledger-archive");
    await page
      .getByRole("link", { name: /^ledger-archive/ })
      .first()
      .click();
    const life = page.getByRole("region", { name: "Life so far" });
    const fold = life.locator("summary").first();
    await expect(fold).toHaveText(/^\d+ times since/);
    await expect(life.locator("details li").first()).toBeHidden();
    await fold.focus();
    await page.keyboard.press("Enter");
    await expect(life.locator("details[open] li")).toHaveCount(Number.parseInt((await fold.textContent()) ?? "", 10));
    await expectFitToRead(page);
  });

  await test.step("each number leads to as many rows, for who sees everything and for who sees their own", async () => {
    const pages = ["/", "/attestations", "/findings", "/identities?tile=all", "/identities?group=team"];
    for (const [name, least] of [["Mara Lind", 60] as const, ["Jonas Kern", 30] as const]) {
      const reader = await signedIn(browser, name);
      await expect(async () => {
        const numbers = [];
        for (const path of pages) numbers.push(...(await numbersAt(reader, path)));
        expect(
          numbers.filter(({ number, rows }) => number !== rows).map(({ from, rows }) => `${from}: ${rows}`),
        ).toEqual([]);
        expect(numbers.length).toBeGreaterThan(least);
      }).toPass({ timeout: 120_000 });
      await reader.context().close();
    }
  });

  await test.step("questions that are alike are kept in one gesture", async () => {
    const jonas = await signedIn(browser, "Jonas Kern");
    await jonas.goto("/attestations");
    await jonas.getByRole("link", { name: /^billing-release/ }).click();
    await expect(jonas.getByRole("region", { name: "billing-release", exact: true })).toBeVisible();
    await jonas.getByRole("button", { name: "Keep both alike…" }).click();
    const dialog = jonas.getByRole("dialog", { name: "Keep both" });
    for (const name of ["billing-release", "billing-rollback"]) await expect(dialog.getByText(name)).toBeVisible();
    await expectFitToRead(jonas);
    await jonas.context().close();
  });

  await test.step("what is stuck waits for the operator, who may take it back", async () => {
    const ida = await signedIn(browser, "Ida Holm");
    await expect(ida.getByRole("link", { name: "2 steps are stuck" })).toBeVisible();
    await expect(ida.getByRole("button", { name: "Take back" })).toBeVisible();
  });
});

test("the five minutes, each step ticked by what became of it", async ({ browser }) => {
  test.setTimeout(15 * 60_000);
  const page = await (await browser.newContext()).newPage();
  let request = "";

  await test.step("sign-in says what waits for whom", async () => {
    await page.goto("/sign-in");
    await expect(page.getByRole("button", { name: /Mara Lind.*[1-9]\d* approvals/ })).toBeVisible();
    await expect(page.getByText("Lena Fuchs")).toHaveCount(0);
    await expectFitToRead(page);
    await page.getByRole("button", { name: /Mara Lind/ }).click();
    await ticked(page, 0);
    await expectFitToRead(page);
  });

  await test.step("a request that could make itself administrator is asked for less", async () => {
    await list(page).getByRole("link", { name: "Go there" }).click();
    await expect(page).toHaveURL(/\/approvals\?r=/);
    request = new URL(page.url()).searchParams.get("r") ?? "";
    await expect(page.getByRole("note").getByText("iam:PassRole").first()).toBeVisible();
    const dialog = await pressed(page, "s");
    await expect(dialog.getByRole("checkbox", { name: /iam:PassRole/ })).toBeChecked();
    for (const name of ["lambda:CreateFunction", "lambda:InvokeFunction"])
      await dialog.getByRole("checkbox", { name: new RegExp(name) }).check();
    await dialog.getByLabel("Why less is enough").fill("A release writes objects; it makes no functions.");
    await dialog.getByRole("button", { name: "Ask for less" }).click();
    await expect(dialog).toBeHidden();
    await ticked(page, 1);
  });

  await test.step("its requester takes that over, and may not approve it", async () => {
    await goOnAs(page, "Jonas Kern");
    const take = page.getByRole("button", { name: "Take this over and submit" });
    await expect(async () => {
      if (await take.isVisible()) await take.click({ timeout: 1_000 });
      await expect(page.getByRole("region", { name: "Versions" }).getByText("Version 2")).toBeVisible({
        timeout: 9_000,
      });
    }).toPass({ timeout: 60_000 });
    await ticked(page, 2);
    await list(page).getByRole("button", { name: "Approve it anyway" }).click();
    await expect(
      list(page)
        .getByText(/asked for/)
        .first(),
    ).toBeVisible();
    await ticked(page, 3);
  });

  await test.step("two approve; the worker dies in the middle of a call and the next one makes exactly one", async () => {
    await list(page).getByRole("button", { name: "Kill the worker…" }).click();
    const dialog = page.getByRole("dialog", { name: "Kill the worker" });
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Kill it at its next call" }).click();
    await expect(dialog).toBeHidden();
    for (const name of ["Mara Lind", "Tomás Vidal"]) {
      await viewAs(page, name);
      await page.goto(`/approvals?r=${request}`);
      await approveHere(page);
    }
    await page.goto(`/requests/${request}`);
    await expectState(page, "Live", 120);
    await ticked(page, 5);
    const made = (await rolesAt("payments-aws")).filter((name) => name.includes("release-train"));
    expect(made).toHaveLength(1);
  });

  await test.step("its own repository's token is admitted, a neighbour's turned away by the claim that differs", async () => {
    await list(page).getByRole("button", { name: "Exchange tokens…" }).click();
    const dialog = page.getByRole("dialog", { name: "Exchange a workflow's token" });
    await dialog.getByRole("button", { name: "Exchange both" }).click();
    await expect(dialog.getByText("acme/releases: admitted")).toBeVisible();
    await expect(dialog.getByText(/turned away/)).toBeVisible();
    await expect(dialog.getByText(/^sub: the token says repo:acme/)).toBeVisible();
    await expectFitToRead(page);
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await ticked(page, 6);
  });

  await test.step("a stale key whose owner left is suspended", async () => {
    await goOnAs(page, "Mara Lind");
    await page.getByRole("button", { name: "Suspend" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox").first().fill("Nobody uses it and its owner has left.");
    await dialog.getByRole("button", { name: "Suspend" }).click();
    await ticked(page, 7);
  });

  await test.step("sixty days are skipped", async () => {
    await list(page).getByRole("button", { name: "Skip days…" }).click();
    const dialog = page.getByRole("dialog", { name: "Skip days" });
    await dialog.getByRole("textbox").fill("0");
    await dialog.getByRole("button", { name: "Skip 0 days" }).click();
    await expect(dialog.getByText("Skip at least one day.")).toBeVisible();
    await dialog.getByRole("textbox").fill("60");
    await dialog.getByRole("button", { name: "Skip 60 days" }).click();
    await expect(dialog).toBeHidden({ timeout: 60_000 });
    await ticked(page, 8);
  });

  await test.step("the log is verified, and a changed byte is found", async () => {
    await goOnAs(page, "Ravi Menon");
    await list(page).getByRole("button", { name: "Verify the log…" }).click();
    const dialog = page.getByRole("dialog", { name: "Verify the audit log" });
    await dialog.getByRole("button", { name: "Verify, then change a byte" }).click();
    await expect(dialog.getByText("The export is whole")).toBeVisible({ timeout: 60_000 });
    await expect(dialog.getByText(/: found$/)).toBeVisible();
    await expectFitToRead(page);
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await ticked(page, 9);
    await expect(list(page).getByText("You have seen it all")).toBeVisible();
  });

  await test.step("the list can be put away, and called back", async () => {
    await list(page).getByRole("button", { name: "Hide the checklist" }).click();
    await page.reload();
    await expect(list(page)).toHaveCount(0);
    await page.getByRole("button", { name: "Demo tools" }).click();
    await page.getByRole("menuitem", { name: "See it in five minutes" }).click();
    await expect(list(page)).toBeVisible();
  });
});
