import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonKey } from "#lib/connectors/aws-iam/simulator/state.ts";
import { simulatedCredentials, simulatedSeed, simulatedSettings, start } from "#lib/connectors/aws-iam/simulator.ts";
import type { Target, UseSubject } from "#lib/connectors/connector.ts";
import { openCalls } from "#lib/connectors/contract-life.ts";
import { startMoto } from "#test/support/servers/moto.ts";
import { furnish, harnessOf } from "./aws-iam.harness.ts";
import { asked, bareWorld, connected, freeCalls, type PostgresqlWorld, simulatedWorld } from "./postgresql.world.ts";

const since = new Date(Date.now() - 60_000);
const subject = (kind: UseSubject["kind"], name: string, externalId: string): UseSubject => ({
  ...{ identity: name, name, kind, externalId, since },
});
async function tell(target: Target, ...subjects: readonly UseSubject[]) {
  const seen: string[] = [];
  const told = (await target.lastUse?.tell(subjects, openCalls(seen))) ?? expect.fail("it tells nothing of use");
  expect(told.map((one) => one.subject)).toEqual(subjects);
  return { signals: told.map(({ signal }) => signal), calls: seen };
}

interface Account {
  readonly title: string;
  readonly url: string;
  readonly account: string;
  readonly iam: IAMClient;
  readonly target: Target;
  stop(): Promise<void>;
}

const keys = await generateKeyPair("RS256", { extractable: true });
const issuer = "https://token.actions.githubusercontent.com";

async function simulated(): Promise<Account> {
  const jwk: JsonKey = { ...(await exportJWK(keys.publicKey)), kty: "RSA", kid: "k1", alg: "RS256" };
  const seed = simulatedSeed("111122223333", { keys: [jwk] });
  const simulator = await start({ port: 0, seed });
  const settings = simulatedSettings(simulator.url, seed);
  const { iam, target } = harnessOf({ settings, credentials: simulatedCredentials, object: "role", loseAnswer: null });
  return { title: "simulator", url: simulator.url, account: "111122223333", iam, target, stop: simulator.stop };
}

async function moto(): Promise<Account> {
  const server = await startMoto();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const bare = new IAMClient({ region: "us-east-1", endpoint: server.url, credentials });
  const given = await furnish(bare);
  const settings = { ...given, accountId: "123456789012", endpoint: server.url };
  const { iam, target } = harnessOf({ settings, credentials, object: "role", loseAnswer: null });
  return { title: "moto", url: server.url, account: "123456789012", iam, target, stop: server.stop };
}

describe.each([
  ["the simulator", simulated],
  ["moto", moto],
])("AWS's last use on %s", (_title, begin) => {
  let at: Account;
  beforeAll(async () => {
    at = await begin();
  });
  afterAll(async () => {
    await at.target.close();
    await at.stop();
  });

  const user = async (UserName: string) => {
    await at.iam.send(new CreateUserCommand({ UserName, Path: "/charter/" }));
    const { AccessKey } = await at.iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
  };
  const use = (credentials: { accessKeyId: string; secretAccessKey: string }) =>
    new STSClient({ region: "us-east-1", endpoint: at.url, credentials }).send(new GetCallerIdentityCommand({}));

  it("tells of a key nothing, then its use, each with window and lag", async () => {
    const key = await user("one-key");
    const one = subject("credential", "one-key", key.accessKeyId);
    const [before] = (await tell(at.target, one)).signals;
    expect(before).toMatchObject({
      lastUsedAt: null,
      seesSince: new Date("2015-04-22T00:00:00.000Z"),
      lagMinutes: 240,
    });
    await use(key);
    const [after] = (await tell(at.target, one)).signals;
    expect(after?.lastUsedAt?.getTime()).toBeGreaterThan(since.getTime());
  });

  it("tells of a role within its window of 400 days", async () => {
    const name = "a-role";
    const trust = {
      Effect: "Allow",
      Principal: { Federated: `arn:aws:iam::${at.account}:oidc-provider/${new URL(issuer).host}` },
      Action: "sts:AssumeRoleWithWebIdentity",
    };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
    await at.iam.send(new CreateRoleCommand({ RoleName: name, Path: "/charter/", AssumeRolePolicyDocument }));
    const RoleArn = `arn:aws:iam::${at.account}:role/charter/${name}`;
    const [before] = (await tell(at.target, subject("object", name, RoleArn))).signals;
    expect(before).toMatchObject({ lastUsedAt: null, lagMinutes: 240 });
    const days = (Date.now() - (before?.seesSince?.getTime() ?? 0)) / 86_400_000;
    expect(Math.round(days)).toBe(400);
    if (at.title === "moto") return;
    const token = await new SignJWT({ iss: issuer, aud: "sts.amazonaws.com", sub: "anyone" })
      .setProtectedHeader({ alg: "RS256", kid: "k1" })
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(keys.privateKey);
    const sts = new STSClient({
      region: "us-east-1",
      endpoint: at.url,
      credentials: { accessKeyId: "x", secretAccessKey: "y" },
    });
    await sts.send(new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: "run", WebIdentityToken: token }));
    const [after] = (await tell(at.target, subject("object", name, RoleArn))).signals;
    expect(after?.lastUsedAt?.getTime()).toBeGreaterThan(since.getTime());
  });

  it("says nothing of what is gone, and of a user without a key", async () => {
    const { signals } = await tell(
      at.target,
      subject("object", "nobody", `arn:aws:iam::${at.account}:role/charter/nobody`),
      subject("object", "one-key", `arn:aws:iam::${at.account}:user/charter/one-key`),
    );
    expect(signals).toEqual([null, null]);
  });

  it("reads one report for many keys, and asks alone for a user who holds two", async () => {
    const held = [];
    for (let number = 0; number < 21; number += 1) held.push([`many-${number}`, await user(`many-${number}`)] as const);
    await at.iam.send(new CreateAccessKeyCommand({ UserName: "many-0" }));
    const [, used] = held[1] ?? expect.fail();
    await use(used);
    // moto dates every report 2015.
    const old = { since: new Date(at.title === "moto" ? "2014-01-01" : Date.now() - 600_000) };
    const subjects = held.map(([name, key]) => ({ ...subject("credential", name, key.accessKeyId), ...old }));
    const { signals, calls } = await tell(at.target, ...subjects);
    expect(calls.filter((call) => call === "iam:GetCredentialReport")).toHaveLength(1);
    expect(calls.filter((call) => call === "iam:GetAccessKeyLastUsed")).toHaveLength(1);
    expect(signals.map((signal) => signal?.source)).toEqual([
      "AWS: access key last used",
      ...subjects.slice(1).map(() => "AWS: credential report"),
    ]);
    expect(signals.filter((signal) => signal?.lastUsedAt !== null)).toHaveLength(1);
    if (at.title === "moto") return;
    expect((await tell(at.target, ...subjects)).calls).toEqual(["iam:GetAccessKeyLastUsed"]);
  });
});

describe.each([
  ["the simulator", simulatedWorld],
  ["a bare PostgreSQL", bareWorld],
])("PostgreSQL's last use on %s", (_title, begin) => {
  let world: PostgresqlWorld;
  beforeAll(async () => {
    world = await begin();
    await asked(world.direct(), "create role seen_1 login password 'x'; create role unseen_1 login password 'x'");
  });
  afterAll(() => world.stop());

  it("tells who is connected now, and takes no silence for disuse", async () => {
    const target = connected(world.port);
    const subjects = [
      subject("credential", "seen", "seen_1"),
      subject("credential", "unseen", "unseen_1"),
      subject("object", "seen", "1"),
    ];
    const url = new URL(world.direct());
    [url.username, url.password] = ["seen_1", "x"];
    const session = postgres(url.href, { max: 1 });
    await session`select 1`;
    const during = await target.lastUse?.tell(subjects, freeCalls());
    await session.end();
    const silent = { source: "PostgreSQL: connected when looked at", lastUsedAt: null, seesSince: null, lagMinutes: 0 };
    expect(during?.map(({ signal }) => signal)).toEqual([{ ...silent, lastUsedAt: expect.any(Date) }, silent, null]);
  });
});
