import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect, type Page, test } from "@playwright/test";
import { z } from "zod";
import { simulatedConsumer } from "#lib/vaults/vault/simulator.ts";
import {
  answerWorkload,
  approveAt,
  asksAnother,
  expectFitToRead,
  expectState,
  openIdentity,
  pressed,
  signedIn,
  skipDays,
  submitted,
} from "../steps.ts";

// The days that are skipped never come back: this runs when the desk's tests are done.

const owner = "Amara Obi";
const security = ["Mara Lind", "Tomás Vidal"];
const far = () => new Date(Date.now() + 230 * 86_400_000).toISOString().slice(0, 10);

test("a stale key is found, questioned, suspended, resumed, rotated under a consumer that never fails, and retired", async ({
  browser,
}) => {
  test.setTimeout(600_000);
  let amara = await signedIn(browser, owner);
  const identity = await test.step("a key in production, by a dated exception", async () => {
    await answerWorkload(amara, {
      blueprint: /AWS user with access key/,
      runsOn: "reconciliation on batch-21, Frankfurt data centre",
      service: "Ledger",
      pack: /Write to a bucket/,
      parameters: { Bucket: "ledger-reconciled" },
      why: "Uploads what the ledger's reconciliation found.",
      environment: "prod",
    });
    await amara.getByRole("button", { name: "Change Exception" }).click();
    await amara.getByLabel("Reason for the exception").fill("The host cannot federate before the move.");
    await amara.getByLabel("End of the exception").fill(far());
    const request = await submitted(amara);
    for (const person of security) await approveAt(await signedIn(browser, person), request, "Until the move.");
    await expectState(amara, "Live", 60);
    await openIdentity(amara);
    return new URL(amara.url()).pathname;
  });
  const name = String(await amara.getByRole("heading", { level: 1 }).textContent());
  const place = await slotOf(amara);

  await test.step("used, then not for six weeks: found stale, and asked about", async () => {
    await signInWith(await secretAt(place));
    await skipDays(amara, 35);
    amara = await signedIn(browser, owner);
    await signInWith(await secretAt(place));
    await skipDays(amara, 1);
    amara = await signedIn(browser, owner);
    await amara.goto(identity);
    await expect(amara.getByRole("region", { name: "Last use" })).toContainText(/Last used \d+ (h|d|days) ago/);
    await skipDays(amara, 41);
    amara = await signedIn(browser, owner);
    await expect(async () => {
      await amara.goto(`/findings?kind=stale&q=${name}`);
      await expect(amara.getByRole("link", { name, exact: true })).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 60_000 });
    await expectFitToRead(amara);
  });

  await test.step("its owner keeps it, and has to say why", async () => {
    await amara.goto(`/attestations?q=${identity.split("/").at(-1)}`);
    await expect(amara.getByRole("link", { name, exact: true }).first()).toBeVisible();
    const dialog = await pressed(amara, "k");
    await dialog.getByRole("textbox").fill("The yearly audit needs it once more.");
    await dialog.getByRole("button", { name: "Keep" }).click();
    await expect(dialog).toBeHidden();
  });

  await test.step("suspended, its key opens nothing; resumed, it does", async () => {
    await amara.goto(identity);
    await amara.getByRole("button", { name: "Suspend" }).click();
    const dialog = amara.getByRole("dialog");
    await dialog.getByLabel("Why").fill("Nobody could say yesterday what it is for.");
    await dialog.getByLabel(/It is production/).fill(name);
    await dialog.getByRole("button", { name: "Suspend" }).click();
    await expect(amara).toHaveURL(/\/requests\//);
    await expectState(amara, "Done", 60);
    await expect(signInWith(await secretAt(place))).rejects.toThrow(/token included in the request is invalid/);
    await amara.goto(identity);
    await expectState(amara, "Suspended");
    await amara.getByRole("button", { name: "Resume" }).click();
    await amara.getByRole("dialog").getByLabel("Why").fill("The audit begins next week.");
    await amara.getByRole("dialog").getByRole("button", { name: "Ask to resume" }).click();
    await expect(amara).toHaveURL(/\/requests\//);
    await approvedWhereAsked(amara, (person) => signedIn(browser, person));
    await expectState(amara, "Done", 60);
    await expect(amara.getByRole("list", { name: "Steps" })).not.toContainText("days");
    await signInWith(await secretAt(place));
  });

  await test.step("rotated: what reads the vault each second never fails, and the older key ends", async () => {
    const before = await secretAt(place);
    const consumer = consume(place);
    await amara.goto(identity);
    await amara.getByRole("button", { name: "Rotate" }).click();
    await amara.getByRole("dialog").getByLabel("Why").fill("It is older than it should be.");
    await amara.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
    await expect(amara).toHaveURL(/\/requests\//);
    await expect
      .poll(async () => (await secretAt(place)).access_key_id, { timeout: 60_000 })
      .not.toBe(before.access_key_id);
    await signInWith(before);
    const request = new URL(amara.url()).pathname;
    await skipDays(amara, 2);
    amara = await signedIn(browser, owner);
    await amara.goto(request);
    await expectState(amara, "Done", 60);
    await expect(signInWith(before)).rejects.toThrow(/token included in the request is invalid/);
    const { read, failures } = await consumer.stop();
    expect(failures).toEqual([]);
    expect(read).toBeGreaterThan(2);
  });

  await test.step("retired, nothing of it opens anything", async () => {
    const last = await secretAt(place);
    await amara.goto(identity);
    await amara.getByRole("button", { name: "Retire" }).click();
    const dialog = amara.getByRole("dialog");
    await dialog.getByLabel("Why").fill("The audit is over.");
    await dialog.getByLabel(/It is production/).fill(name);
    await dialog.getByRole("button", { name: "Retire" }).click();
    await expect(amara).toHaveURL(/\/requests\//);
    await expect(amara.getByRole("list", { name: "Steps" }).getByRole("listitem").first()).toContainText("Read back");
    await expect(signInWith(last)).rejects.toThrow(/token included in the request is invalid/);
    await amara.goto(identity);
    await expectState(amara, "Retiring");
  });
});

const ports = () =>
  z
    .record(z.string(), z.number())
    .parse(JSON.parse(readFileSync(join(process.env.CHARTER_TEST_HOME ?? "", "ports.json"), "utf8")));
const secretShape = z.object({ access_key_id: z.string(), secret_access_key: z.string() });
type AccessKey = z.infer<typeof secretShape>;

/** Where the identity's page says that its secret lies: the path below the mount `kv`. */
async function slotOf(page: Page): Promise<string> {
  const text = await page.getByRole("region", { name: "Use it" }).textContent();
  const [, path] = /kv\/(payments\/prod\/[a-z0-9-]+)/.exec(text ?? "") ?? [];
  if (path === undefined) throw new Error(`No path in: ${text}`);
  return path;
}

/** What a workload does: signs in at the vault with a login of its own and reads what lies there now. */
async function secretAt(path: string): Promise<AccessKey> {
  const vault = `http://127.0.0.1:${ports()["vault-main"]}/v1`;
  const login = await fetch(`${vault}/auth/approle/login`, {
    method: "POST",
    body: JSON.stringify({ role_id: simulatedConsumer.roleId, secret_id: simulatedConsumer.secretId }),
  });
  const { auth } = z.object({ auth: z.object({ client_token: z.string() }) }).parse(await login.json());
  const read = await fetch(`${vault}/kv/data/${path}`, { headers: { "x-vault-token": auth.client_token } });
  return z.object({ data: z.object({ data: secretShape }) }).parse(await read.json()).data.data;
}

/** Uses a key at the simulated account. Throws AWS's error. */
async function signInWith({ access_key_id, secret_access_key }: AccessKey): Promise<void> {
  const client = new STSClient({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${ports()["payments-aws"]}`,
    credentials: { accessKeyId: access_key_id, secretAccessKey: secret_access_key },
    maxAttempts: 1,
  });
  try {
    await client.send(new GetCallerIdentityCommand({}));
  } finally {
    client.destroy();
  }
}

/** Reads the vault and signs in each second until it is stopped. */
function consume(path: string) {
  const failures: string[] = [];
  let read = 0;
  let on = true;
  const running = (async () => {
    while (on) {
      await secretAt(path)
        .then(signInWith)
        .then(
          () => {
            read += 1;
          },
          (error: unknown) => failures.push(String(error)),
        );
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  })();
  return {
    async stop() {
      on = false;
      await running;
      return { read, failures };
    },
  };
}

/** Whom policy asks about the request on the page approves it. */
async function approvedWhereAsked(page: Page, as: (person: string) => Promise<Page>): Promise<void> {
  const state = page.getByRole("heading", { level: 1 }).locator("..");
  for (const person of security) {
    await expect(state.getByText(/^(Awaiting approval|Approved|Provisioning|Done)$/)).toBeVisible();
    if (!(await state.getByText("Awaiting approval").isVisible())) return;
    await approveAt(await as(person), new URL(page.url()).pathname, "The audit needs it.");
    if (!(await asksAnother(page))) return;
  }
}
