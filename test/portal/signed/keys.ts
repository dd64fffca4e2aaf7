import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, type Page } from "@playwright/test";

const command = fileURLToPath(new URL("../../../scripts/command.mjs", import.meta.url));

/** What `npm run passkey:invite` prints on the worker's host for a person of security: a one-time code. */
export function invitedByHost(subject: string): string {
  const env = { ...process.env, CHARTER_HOME: process.env.CHARTER_TEST_HOME ?? "" };
  const said = execFileSync(process.execPath, [command, "lib/worker/commands/passkey-invite.ts", subject], { env });
  const [code] = /\b([A-Z2-9]{5}-){4}[A-Z2-9]{5}\b/.exec(said.toString()) ?? [];
  if (code === undefined) throw new Error(`No code in: ${said}`);
  return code;
}

/** An authenticator that belongs to one page: its person is present and verified at once. */
export interface PageKey {
  /** Whether its person shows PIN or finger when asked. */
  verifies(does: boolean): Promise<void>;
}

/** Gives a page an authenticator of the browser's own making. It keeps its keys across the pages that are opened there. */
export async function withAuthenticator(page: Page): Promise<PageKey> {
  const chrome = await page.context().newCDPSession(page);
  await chrome.send("WebAuthn.enable");
  const { authenticatorId } = await chrome.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    verifies: async (isUserVerified) => {
      await chrome.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
    },
  };
}

/** Enrols this page's key under Settings with the code of the host, and waits until the worker has taken it. */
export async function enrolled(page: Page, name: string, code: string): Promise<void> {
  await page.goto("/settings");
  await page.getByLabel("Name of the new passkey").fill(name);
  await page.getByLabel("One-time code").fill(code);
  await page.getByRole("button", { name: "Enrol a passkey" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: name })).toBeVisible();
}

/** Reads what is to be signed, and signs it. */
export async function signs(page: Page, says: string | RegExp): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Sign with your passkey" });
  await expect(dialog).toContainText(says);
  await dialog.getByRole("button", { name: "Use passkey" }).click();
  await expect(dialog).toBeHidden();
}
