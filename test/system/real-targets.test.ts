import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAccessKeysCommand,
  ListRolesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endOverlap } from "#lib/claims/asks/end-overlap.ts";
import { askForChange } from "#lib/claims/requests/change.ts";
import { preview } from "#lib/claims/requests/preview.ts";
import { submit } from "#lib/claims/requests/submit.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import { decide } from "#lib/claims/verdicts/decide.ts";
import type { Role } from "#lib/domain/actor.ts";
import { type Answers, noAnswers } from "#lib/domain/answers.ts";
import { type Installed, install, withoutHold } from "./installation.ts";

let at: Installed;
beforeAll(async () => {
  at = await install();
  await at.signIn("jonas.kern");
  await at.signIn("priya.shah");
  await at.signIn("mara.lind", ["security"]);
  await at.signIn("tomas.vidal", ["security"]);
}, 400_000);
afterAll(() => at.stop());

const wait = { timeout: 120_000, interval: 100 };
const rows = (text: string) => at.database.admin.unsafe<Record<string, unknown>[]>(text);

/** This person at the portal: the web role's connection, and what the directory and the sign-in say of them. */
async function as(person: string, roles: readonly Role[] = []): Promise<ClaimContext> {
  const [known] = await rows(`select id from charter.people where email = '${person}@acme.example'`);
  const id = String(known?.id);
  const teams = await rows(`select team from charter.team_members where person = '${id}' and member`);
  const actor = {
    id,
    name: person,
    roles,
    teams: teams.map(({ team }) => String(team)),
    session: "s",
    readOnly: false,
  };
  return { db: at.database.web, now: new Date(), newId: randomUUID, actor };
}

async function ask(person: string, answers: Answers): Promise<string> {
  const context = await as(person);
  const id = randomUUID();
  const seen = await preview(context, { id, answers });
  if ("refusals" in seen) return expect.fail(seen.refusals[0].sentence);
  const sent = await submit(context, { id, answers, planDigest: seen.ok.planDigest ?? "" });
  expect(sent).toEqual({ ok: { id } });
  return id;
}

async function state(request: string): Promise<string> {
  const [row] = await rows(`select state, detail from charter.request_states where request = '${request}'`);
  return row?.state === "failed" || row?.state === "refused" ? JSON.stringify(row) : String(row?.state);
}

async function approve(request: string): Promise<void> {
  await expect.poll(() => state(request), wait).toBe("awaiting-approval");
  for (const person of ["mara.lind", "tomas.vidal"]) {
    const [row] = await rows(
      `select request_version as version, plan_digest as digest from charter.request_states where request = '${request}'`,
    );
    const seen = { request, version: Number(row?.version), planDigest: String(row?.digest), stage: 0 };
    expect(await decide(await as(person, ["security"]), { ...seen, verdict: "approve", reason: "" })).toEqual({
      ok: null,
    });
  }
}

const service = async (slug: string): Promise<string> =>
  String((await rows(`select id from charter.services where slug = '${slug}'`))[0]?.id);

async function identity(request: string) {
  const [row] = await rows(
    `select object_name as name, state, external_id from charter.identities where id = '${request}'`,
  );
  const [stored] = await rows(`select path from charter.credentials where identity = '${request}'`);
  return {
    name: String(row?.name),
    state: row?.state,
    externalId: String(row?.external_id),
    path: String(stored?.path),
  };
}

async function gone(person: string, request: string): Promise<void> {
  const id = randomUUID();
  const asked = await askForChange(await as(person), {
    id,
    identity: request,
    kind: "retire",
    change: { reason: "Over." },
  });
  expect(asked).toEqual({ ok: { id } });
  await expect.poll(async () => (await identity(request)).state, wait).toBe("retired");
}

const secrets: string[] = [];

test("the worker that was started puts the first policy in force", async () => {
  await expect.poll(() => rows("select 1 from charter.bundles"), wait).not.toHaveLength(0);
}, 150_000);

test("a pipeline's role, a user's key and a database login are made exactly as planned, work, and leave nothing", async () => {
  const role = await ask("jonas.kern", {
    ...noAnswers("aws-role-ci-pipeline"),
    runs: { kind: "github", repository: "acme/billing", subject: { environment: "production" } },
    need: { pack: "write-bucket", parameters: { bucket: "billing-archive" } },
    purpose: "Archives each month's invoices after the release.",
  });
  const user = await ask("priya.shah", {
    ...noAnswers("aws-user-access-key"),
    runs: { kind: "workload", runsOn: "report job on batch-07", service: await service("reports") },
    need: { pack: "write-bucket", parameters: { bucket: "reports" } },
    purpose: "Uploads the night's reports.",
    environment: "staging",
  });
  const until = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const jonas = (await as("jonas.kern")).actor.id;
  const login = await ask("jonas.kern", {
    ...noAnswers("postgresql-role"),
    runs: { kind: "workload", runsOn: "billing export on batch-3", service: await service("billing") },
    need: { pack: "read-tables", parameters: { database: "orders", schema: "shop", tables: "orders, invoices" } },
    purpose: "Reads the day's orders for billing.",
    environment: "prod",
    edits: { exception: { reason: "The export cannot federate yet.", endsAt: until, owner: jonas }, endsAt: until },
  });
  await approve(role);
  await approve(login);
  for (const request of [role, user, login]) await expect.poll(() => state(request), wait).toBe("live");

  await theRole((await identity(role)).name);
  await theKey(await identity(user));
  await theLogin(await identity(login));

  await rotated("priya.shah", user, signsInByKey);
  await rotated("jonas.kern", login, signsInByLogin);
  await theKey(await identity(user));
  await theLogin(await identity(login));

  const folder = withoutHold(at.folder);
  const by = ["--by", "demo-mara-lind", "--and", "demo-tomas-vidal"];
  expect(await at.command("lib/worker/commands/bundle-activate.ts", folder, ...by)).toContain("is in force");
  await gone("jonas.kern", role);
  await gone("priya.shah", user);
  await gone("jonas.kern", login);
  await nothingLeft([await identity(role), await identity(user), await identity(login)]);
}, 900_000);

/** Throws when what the vault holds now does not let one in. */
type SignsIn = (path: string) => Promise<unknown>;

/** Replaces a credential under a consumer that reads the vault several times a second and signs in each time. */
async function rotated(person: string, request: string, signsIn: SignsIn): Promise<void> {
  const { path } = await identity(request);
  const failed: string[] = [];
  let looked = 0;
  let isOver = false;
  const consumer = (async () => {
    while (!isOver) {
      await signsIn(path).catch((error: unknown) => failed.push(String(error)));
      looked += 1;
      await pause(150);
    }
  })();
  const [id, reason] = [randomUUID(), "It has been the same for long."];
  const asked = await askForChange(await as(person), { id, identity: request, kind: "rotate", change: { reason } });
  expect(asked).toEqual({ ok: { id } });
  const states = async () =>
    (
      await rows(
        `select state, kept_until is not null as kept from charter.credentials where identity = '${request}' order by issued_at`,
      )
    ).map(({ state: now, kept }) => `${now}${kept ? ", kept" : ""}`);
  await expect.poll(states, wait).toEqual(["active, kept", "active"]);
  expect(await endOverlap(await as(person), { identity: request })).toHaveProperty("ok");
  await expect.poll(() => state(id), wait).toBe("done");
  await pause(500);
  isOver = true;
  await consumer;
  expect(failed).toEqual([]);
  expect(looked).toBeGreaterThan(5);
  expect((await states())[0]).toContain("removed");
}

async function theRole(name: string): Promise<void> {
  const { Role: found } = await at.iam.send(new GetRoleCommand({ RoleName: name }));
  const trust = decodeURIComponent(found?.AssumeRolePolicyDocument ?? "");
  expect(trust).toContain("repo:acme@4128807/billing@731206102:environment:production");
  const tags = Object.fromEntries((found?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
  expect(tags).toMatchObject({ "charter:installation": "system-test" });
  const policy = await at.iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: "charter-permissions" }));
  const document = JSON.parse(decodeURIComponent(policy.PolicyDocument ?? "{}")) as {
    Statement: { Effect: string; Action: unknown }[];
  };
  const allowed = document.Statement.filter(({ Effect }) => Effect === "Allow");
  expect(allowed.flatMap(({ Action }) => Action).toSorted()).toEqual([
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
  ]);
}

/** Who AWS takes the stored key for, if it is active. */
async function signsInByKey(path: string): Promise<string> {
  const data = (await at.bao.data(path)) as { access_key_id: string; secret_access_key: string };
  if (!secrets.includes(data.secret_access_key)) secrets.push(data.secret_access_key);
  const credentials = { accessKeyId: data.access_key_id, secretAccessKey: data.secret_access_key };
  const sts = new STSClient({ region: "us-east-1", endpoint: at.moto.url, credentials });
  const { Arn = "" } = await sts.send(new GetCallerIdentityCommand({}));
  const { AccessKeyMetadata = [] } = await at.iam.send(new ListAccessKeysCommand({ UserName: Arn.split("/").at(-1) }));
  const own = AccessKeyMetadata.find(({ AccessKeyId }) => AccessKeyId === data.access_key_id);
  if (own?.Status !== "Active") throw new Error(`${data.access_key_id} is ${own?.Status ?? "gone"}`);
  return Arn;
}

async function theKey({ name, path }: { readonly name: string; readonly path: string }): Promise<void> {
  expect(await signsInByKey(path)).toContain(name);
}

async function asLogin(path: string) {
  const data = (await at.bao.data(path)) as { username: string; password: string; database: string };
  if (!secrets.includes(data.password)) secrets.push(data.password);
  return postgres({
    ...{ host: "127.0.0.1", port: at.orders.port, username: data.username, password: data.password },
    ...{ database: data.database, max: 1, onnotice: () => undefined },
  });
}

async function signsInByLogin(path: string): Promise<void> {
  const client = await asLogin(path);
  await client`select count(*) from shop.orders`.finally(() => client.end());
}

async function theLogin({ path }: { readonly path: string }): Promise<void> {
  const client = await asLogin(path);
  try {
    expect(await client`select count(*)::int as n from shop.orders`).toEqual([{ n: 3 }]);
    await expect(client`select * from shop.refunds`).rejects.toThrow(/permission denied/);
    await expect(client`delete from shop.orders`).rejects.toThrow(/permission denied/);
  } finally {
    await client.end();
  }
}

async function nothingLeft(retired: readonly { readonly name: string; readonly path: string }[]): Promise<void> {
  const ours = { PathPrefix: "/charter/" };
  expect((await at.iam.send(new ListRolesCommand(ours))).Roles).toEqual([]);
  expect((await at.iam.send(new ListUsersCommand(ours))).Users).toEqual([]);
  const admin = postgres(at.orders.direct(), { max: 1, onnotice: () => undefined });
  try {
    for (const { name, path } of retired) {
      expect(await admin`select rolname from pg_roles where rolname like ${`${name}%`}`).toEqual([]);
      if (path !== "undefined") expect(await at.bao.exists(path)).toBe(false);
    }
  } finally {
    await admin.end();
  }
}

test("what was made and removed is proved by the exported log", async () => {
  const [log, key] = [join(at.folder, "audit.jsonl"), join(at.folder, "charter.pub")];
  await at.command("lib/worker/commands/audit-export.ts", log);
  writeFileSync(key, await at.command("lib/worker/commands/audit-key.ts"));
  expect(await at.command("lib/audit/verify-command.ts", log, "--key", key)).toContain("The log is sound.");
}, 240_000);

test("no secret lies anywhere in the database or the worker's log", async () => {
  expect(secrets).toHaveLength(4);
  const tables = await at.database.worker.execute<{ name: string }>(
    sql`select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  expect(tables.length).toBeGreaterThan(30);
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20);
    for (const { name } of tables)
      expect(await rows(`select 1 from ${name} as t where strpos(t::text, '${secret}') > 0`), name).toEqual([]);
    expect(at.log()).not.toContain(secret);
  }
});
