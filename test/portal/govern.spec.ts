import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { command, exportedLog } from "./commands.ts";
import { liveInStaging, openIdentity, signedIn, signedInAnew } from "./steps.ts";

test("the audit log is searched, exported and verified; one flipped byte is found", async ({ browser }) => {
  const ravi = await signedIn(browser, "Ravi Menon");
  await ravi.goto("/audit");
  await ravi.getByRole("searchbox", { name: "Action, whole id or person" }).fill("bundle");
  await expect(ravi).toHaveURL(/q=bundle/);
  await expect(ravi.getByRole("button", { name: "bundle.activated" }).first()).toBeVisible();
  await ravi.getByRole("button", { name: "bundle.activated" }).first().click();
  await expect(ravi.getByRole("dialog").getByText(/of its chain · row/)).toBeVisible();
  await ravi.keyboard.press("Escape");

  const folder = mkdtempSync(join(tmpdir(), "charter-audit-"));
  try {
    const { log, key } = await exportedLog(ravi, folder);
    const sound = command("audit:verify", log, "--key", key);
    expect(sound.said).toContain("The log is sound.");
    expect(sound.status).toBe(0);

    const text = readFileSync(log, "utf8");
    const at = text.indexOf("bundle.activated");
    writeFileSync(log, `${text.slice(0, at)}c${text.slice(at + 1)}`);
    const flipped = command("audit:verify", log, "--key", key);
    expect(flipped.said).toContain("The log is NOT sound.");
    expect(flipped.status).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an operator sees that each target and vault is healthy, and may have it checked", async ({ browser }) => {
  const ida = await signedIn(browser, "Ida Holm");
  await ida.goto("/targets");
  for (const title of ["AWS · Payments", "AWS · Data Platform", "PostgreSQL · Orders", "Vault"]) {
    const place = ida.getByRole("region", { name: title, exact: true });
    await expect(place.getByText("Healthy")).toBeVisible();
    await expect(place.getByText("Simulated", { exact: true })).toBeVisible();
  }
  const vault = ida.getByRole("region", { name: "Vault", exact: true });
  const checked = vault.getByText(/rights proved/).locator("time");
  const before = String(await checked.getAttribute("datetime"));
  await vault.getByRole("button", { name: /Check/ }).click();
  await expect(checked).not.toHaveAttribute("datetime", before);
  await expect(vault.getByText("Healthy")).toBeVisible();
});

test("the rules are sentences with their source and who put them in force", async ({ browser }) => {
  const jonas = await signedIn(browser, "Jonas Kern");
  await jonas.goto("/policies");
  await expect(jonas.getByText("The owner and the backup are not the same person.", { exact: true })).toBeVisible();
  await expect(jonas.getByText(/activated by Mara Lind and Tomás Vidal/)).toBeVisible();
});

test("a session is ended from another browser, and its next step leads to sign-in", async ({ browser }) => {
  const here = await signedInAnew(browser, "Nadia Berg");
  const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const there = await signedInAnew(browser, "Nadia Berg", { userAgent });
  await here.goto("/settings");
  const others = here.getByRole("listitem").filter({ hasText: "Firefox on Linux" });
  await expect(others).toHaveCount(1);
  await others.getByRole("button", { name: /^End/ }).click();
  await expect(others).toHaveCount(0);
  // Its stream reads the session anew every so often.
  await expect(there).toHaveURL(/\/sign-in/, { timeout: 30_000 });
  await there.goto("/requests");
  await expect(there).toHaveURL(/\/sign-in/);
});

test("what another team asked for is not found, whatever address is tried", async ({ browser }) => {
  test.setTimeout(120_000);
  const jonas = await signedIn(browser, "Jonas Kern");
  const request = await liveInStaging(jonas, "not-for-others");
  await openIdentity(jonas);
  const identity = new URL(jonas.url()).pathname;
  const priya = await signedIn(browser, "Priya Shah");
  const nobody = "/identities/00000000-0000-4000-8000-000000000000";
  for (const path of [request, identity, nobody, "/identities/x", "/audit", "/approvals"]) {
    await priya.goto(path);
    await expect(priya.getByText("There is nothing at this address"), path).toBeVisible();
    expect(await priya.content()).not.toContain("not-for-others");
  }
  expect((await priya.request.get("/api/audit/export")).status()).toBe(404);
  const found = await (await priya.request.get("/api/search?q=billing")).text();
  expect(found).not.toContain(identity.split("/").at(-1));
});
