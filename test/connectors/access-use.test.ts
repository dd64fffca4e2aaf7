import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListUsersCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Account } from "#lib/connectors/aws-iam/simulator/state.ts";
import { simulatedCredentials, simulatedSeed, simulatedSettings, start } from "#lib/connectors/aws-iam/simulator.ts";
import type { AccessUse, UseSubject } from "#lib/connectors/connector.ts";
import { openCalls } from "#lib/connectors/contract-life.ts";
import type { Simulator } from "#lib/simulation/server.ts";
import { startMoto } from "#test/support/servers/moto.ts";
import { furnish, harnessOf } from "./aws-iam.harness.ts";

const since = new Date(Date.now() - 60_000);
const subjectOf = (externalId: string): UseSubject => ({
  ...{ identity: "i", name: "uploader", kind: "object", externalId, since },
});
const document = (actions: readonly string[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] });

describe("AWS's last accessed information on the simulator", () => {
  let simulator: Simulator<Account>;
  let iam: IAMClient;
  let use: AccessUse;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const seed = simulatedSeed();
    simulator = await start({ port: 0, seed });
    const settings = simulatedSettings(simulator.url, seed);
    const harness = harnessOf({ settings, credentials: simulatedCredentials, object: "user", loseAnswer: null });
    iam = harness.iam;
    use = harness.target.accessUse ?? expect.fail("it tells nothing");
    close = () => harness.target.close();
  });
  afterAll(async () => {
    await close();
    await simulator.stop();
  });
  afterEach(() => simulator.clearFaults());

  /** A user with these permissions, and clients that sign with its key. */
  async function user(UserName: string, actions: readonly string[]) {
    const { User } = await iam.send(new CreateUserCommand({ UserName, Path: "/charter/" }));
    await iam.send(
      new PutUserPolicyCommand({ UserName, PolicyName: "charter-permissions", PolicyDocument: document(actions) }),
    );
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const credentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    };
    const client = { region: "us-east-1", endpoint: simulator.url, credentials };
    return { arn: User?.Arn ?? "", iam: new IAMClient(client), sts: new STSClient(client) };
  }
  const tell = async (arn: string) => {
    const calls: string[] = [];
    const told = await use.tell(subjectOf(arn), openCalls(calls));
    return { told, calls };
  };

  it("tells each service it may use, and of a tracked one each action, refused attempts too", async () => {
    const actions = ["iam:ListUsers", "iam:ListRoles", "s3:GetObject", "sts:GetCallerIdentity"];
    const { arn, ...its } = await user("uploader", actions);
    await its.sts.send(new GetCallerIdentityCommand({}));
    await expect(its.iam.send(new ListUsersCommand({}))).rejects.toMatchObject({ name: "AccessDenied" });
    const { told, calls } = await tell(arn);
    expect(told).toMatchObject({ source: "AWS: last accessed information", lagMinutes: 240 });
    expect(Math.round((Date.now() - (told?.seesSince.getTime() ?? 0)) / 86_400_000)).toBe(400);
    const at = expect.stringMatching(/^20.*Z$/);
    expect(told?.services).toEqual([
      {
        service: "iam",
        lastUsedAt: at,
        actions: [
          { action: "iam:ListRoles", lastUsedAt: null },
          { action: "iam:ListUsers", lastUsedAt: at },
        ],
        untraced: ["iam:PassRole", "iam:CreateServiceLinkedRole"],
      },
      { service: "s3", lastUsedAt: null, actions: null, untraced: [] },
      { service: "sts", lastUsedAt: at, actions: null, untraced: [] },
    ]);
    expect(calls).toEqual([
      "iam:GenerateServiceLastAccessedDetails",
      "iam:GetServiceLastAccessedDetails",
      "iam:GetServiceLastAccessedDetails",
    ]);
  });

  it("reads a report page by page to its end", async () => {
    const services = Array.from({ length: 1_203 }, (_, number) => `service${number}:Do`);
    const { arn } = await user("wide", ["s3:GetObject"]);
    const wide = simulator.world().users.wide ?? expect.fail();
    wide.inline = { everything: document(services) };
    const { told, calls } = await tell(arn);
    expect(told?.services).toHaveLength(1_203);
    expect(calls).toHaveLength(4);
  });

  it.each([
    ["GenerateServiceLastAccessedDetails", "denied"],
    ["GetServiceLastAccessedDetails", "denied"],
    ["GetServiceLastAccessedDetails", "throttled"],
    ["GetServiceLastAccessedDetails", "unavailable"],
  ] as const)("tells nothing where %s is %s", async (operation, kind) => {
    const { arn } = await user(`kept-${operation}-${kind}`.slice(0, 60), ["s3:GetObject"]);
    simulator.fault({ operation, effect: { kind: kind === "throttled" ? "throttle" : kind }, times: null });
    await expect(tell(arn)).rejects.toMatchObject({ kind });
  });

  it("tells nothing of what is gone, nor of what holds no permissions", async () => {
    await expect(tell("arn:aws:iam::111122223333:user/charter/nobody")).rejects.toMatchObject({ kind: "not-found" });
    expect(await tell("AKIA")).toEqual({ told: null, calls: [] });
  });
});

describe("a server without it: moto answers 500", () => {
  it("tells nothing, and the check says that it could not be tried without calling a right missing", async () => {
    const server = await startMoto();
    try {
      const credentials = { accessKeyId: "test", secretAccessKey: "test" };
      const given = await furnish(new IAMClient({ region: "us-east-1", endpoint: server.url, credentials }));
      const settings = { ...given, accountId: "123456789012", endpoint: server.url };
      const { target } = harnessOf({ settings, credentials, object: "role", loseAnswer: null });
      const subject = subjectOf("arn:aws:iam::123456789012:role/charter/any");
      await expect(target.accessUse?.tell(subject, openCalls())).rejects.toMatchObject({ kind: "unavailable" });
      const checks = await target.check(openCalls());
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(checks.find(({ name }) => name === "iam:GenerateServiceLastAccessedDetails")?.sentence).toMatch(
        /could not be tried/,
      );
      await target.close();
    } finally {
      await server.stop();
    }
  });
});
