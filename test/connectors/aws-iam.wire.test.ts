import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Account, JsonKey } from "#lib/connectors/aws-iam/simulator/state.ts";
import { simulatedCredentials, simulatedSeed, simulatedSettings, start } from "#lib/connectors/aws-iam/simulator.ts";
import { connect } from "#lib/connectors/aws-iam/target.ts";
import {
  beginLife,
  type Harness,
  openCalls,
  planFor,
  runFlow,
  runStep,
  workOf,
} from "#lib/connectors/contract-life.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { FaultRule } from "#lib/simulation/faults.ts";
import type { Simulator } from "#lib/simulation/server.ts";
import { type Moto, startMoto } from "#test/support/servers/moto.ts";
import { harnessOf, noWindows } from "./aws-iam.harness.ts";

const keys = await generateKeyPair("RS256", { extractable: true });
const jwk: JsonKey = { ...(await exportJWK(keys.publicKey)), kty: "RSA", kid: "k1", alg: "RS256" };
const seed = simulatedSeed("111122223333", { keys: [jwk] });
const issuer = "https://token.actions.githubusercontent.com";

let simulator: Simulator<Account>;
let role: Harness & { iam: IAMClient };
let user: Harness & { iam: IAMClient };
const clientOf = (url: string, credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
  new IAMClient({ region: "us-east-1", endpoint: url, credentials, maxAttempts: 1 });

beforeAll(async () => {
  simulator = await start({ port: 0, seed });
  const common = {
    settings: simulatedSettings(simulator.url, seed),
    credentials: simulatedCredentials,
    loseAnswer: null,
  };
  role = harnessOf({ ...common, object: "role" });
  user = harnessOf({ ...common, object: "user" });
});
afterEach(() => simulator.clearFaults());
afterAll(async () => {
  await role.target.close();
  await user.target.close();
  await simulator.stop();
});

const faultOf = async (run: Promise<unknown>): Promise<string> => {
  const error = await run.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof TargetFault ? `${error.kind} ${error.code}` : String(error);
};
const nameOf = async (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => "accepted",
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
const createUnder = async (effect: FaultRule["effect"], calls: Calls = openCalls()) => {
  const life = beginLife(role);
  simulator.fault({ operation: "CreateRole", effect });
  const step = role.target.steps["create-role"];
  const work = { ...workOf(life, planFor(life, "provision")), calls };
  return { fault: await faultOf(step?.run(work) ?? Promise.resolve()), exists: (await role.lying(life.name)) !== null };
};

describe("a fault on the wire is told apart", () => {
  test.each([
    [{ kind: "throttle" }, "throttled Throttling", false],
    [{ kind: "denied" }, "denied AccessDenied", false],
    [{ kind: "quota" }, "quota LimitExceeded", false],
    [{ kind: "unavailable" }, "ambiguous ServiceUnavailable", false],
    [{ kind: "unavailable", when: "after" }, "ambiguous ServiceUnavailable", true],
    [{ kind: "reset", when: "before" }, "ambiguous ECONNRESET", false],
    [{ kind: "reset", when: "after" }, "ambiguous ECONNRESET", true],
  ] as const)("%j is %s", async (effect, fault, exists) => {
    expect(await createUnder(effect)).toEqual({ fault, exists });
  });

  test("no answer in time is ambiguous for a change and unavailable for a read", async () => {
    const hasty: Calls = {
      make: (_, call) => call({ signal: new AbortController().signal, timeoutMs: 150, aboutToSend: () => undefined }),
    };
    expect((await createUnder({ kind: "hang", when: "after" }, hasty)).fault).toMatch(/^ambiguous /);
    simulator.fault({ operation: "GetRole", effect: { kind: "hang", when: "before" } });
    const life = beginLife(role);
    expect(await faultOf(role.target.observe(workOf(life, planFor(life, "provision")).intent, hasty))).toMatch(
      /^unavailable /,
    );
  });

  test("a dead server is certainly not reached", async () => {
    const dead = await start({ port: 0, seed });
    const { target } = harnessOf({
      settings: simulatedSettings(dead.url, seed),
      credentials: simulatedCredentials,
      object: "role",
      loseAnswer: null,
    });
    await dead.stop();
    expect(await faultOf(target.check(openCalls()))).toBe("unavailable ECONNREFUSED");
    await target.close();
  });

  test("is never retried by the SDK: one lost CreateAccessKey is one call", async () => {
    const life = beginLife(user);
    const plan = planFor(life, "provision");
    await runFlow(life, plan, "prove");
    simulator.fault({ operation: "CreateAccessKey", effect: { kind: "reset", when: "after" } });
    const before = simulator.calls().filter(({ operation }) => operation === "CreateAccessKey").length;
    const { credential } = user.target;
    if (credential?.protocol !== "server-chosen") throw new Error("no credential");
    let poured = 0;
    expect(await faultOf(credential.mint(workOf(life, plan), () => (poured += 1)))).toBe("ambiguous ECONNRESET");
    expect(simulator.calls().filter(({ operation }) => operation === "CreateAccessKey").length - before).toBe(1);
    expect(poured).toBe(0);
    expect(await credential.list(workOf(life, plan))).toMatchObject([{ active: true, everUsed: false }]);
  });
});

describe("reads that lag or flap", () => {
  test.each(["stale", "flap"] as const)("a %s world still ends as planned", async (kind) => {
    simulator.fault({ effect: { kind, ms: 40 }, times: null });
    for (const harness of [role, user]) {
      const life = beginLife(harness);
      const slow = connect({
        name: "payments-aws",
        settings: simulatedSettings(simulator.url, seed),
        credentials: simulatedCredentials,
        windows: { consistency: 2000, mint: 0, poll: 30 },
        installation: "contract",
        markVerify: () => true,
      });
      const patient = {
        ...life,
        markedAt: new Date().toISOString(),
        harness: { ...harness, target: slow },
        seen: [] as string[],
      };
      const plan = planFor(patient, "provision");
      await runFlow(patient, plan);
      simulator.clearFaults();
      const seen = await harness.target.observe(workOf(patient, plan).intent, openCalls());
      expect(seen).toMatchObject({ state: "ours", enabled: true, differences: [] });
      await slow.close();
    }
  });

  test("an object not seen inside the window may only be late", async () => {
    const life = beginLife(role);
    const patient = connect({
      name: "payments-aws",
      settings: simulatedSettings(simulator.url, seed),
      credentials: simulatedCredentials,
      windows: { ...noWindows, consistency: 300_000 },
      installation: "contract",
      markVerify: () => true,
    });
    const { intent } = workOf(life, planFor(life, "provision"));
    expect((await patient.observe(intent, openCalls())).state).toBe("unknown-yet");
    expect((await role.target.observe(intent, openCalls())).state).toBe("absent");
    await patient.close();
  });
});

describe("a reading of the whole account", () => {
  const details = "GetAccountAuthorizationDetails";
  const crowded = async () => {
    const life = beginLife(role);
    const plan = planFor(life, "provision");
    await runFlow(life, plan);
    const { roles } = simulator.world();
    const made = roles[life.name.toLowerCase()] ?? expect.fail("no role");
    for (let i = 0; i < 120; i += 1) {
      const name = `somebody-elses-${i}`;
      roles[name] = { ...made, name, path: "/", arn: `arn:aws:iam::111122223333:role/${name}`, tags: {} };
    }
    return { life, plan };
  };
  const heard = async (read: Promise<unknown>) => {
    const before = simulator.calls().length;
    await read;
    return simulator
      .calls()
      .slice(before)
      .map(({ operation }) => operation);
  };

  const read = (of: readonly string[]) => role.target.readWhole?.(openCalls(), new Set(of)) ?? Promise.resolve(null);

  test("takes all pages and one call for the keys of each user that is asked of", async () => {
    const { life, plan } = await crowded();
    const names = Object.values(simulator.world().users).map(({ name }) => name);
    const whole = await read([life.name, ...names]);
    expect(await whole?.observe(workOf(life, plan).intent)).toMatchObject({ state: "ours", differences: [] });
    expect(whole?.objects.filter(({ name }) => name.startsWith("somebody"))).toEqual([]);
    const calls = await heard(read(names));
    expect(calls.filter((one) => one === details).length).toBeGreaterThan(1);
    expect(calls.filter((one) => one !== details)).toEqual(names.map(() => "ListAccessKeys"));
  });

  test("lists what it is not asked of, without its keys, and compares none of it", async () => {
    const { life, plan } = await crowded();
    const whole = await read([]);
    expect(whole?.objects.map(({ name }) => name)).toContain(life.name);
    expect(await whole?.observe(workOf(life, plan).intent)).toBeNull();
    expect((await heard(read([]))).filter((one) => one !== details)).toEqual([]);
  });

  test.each([
    [{ kind: "throttle" }, "throttled Throttling"],
    [{ kind: "unavailable" }, "unavailable ServiceUnavailable"],
    [{ kind: "reset", when: "after" }, "unavailable ECONNRESET"],
  ] as const)("that breaks off on its second page with %j is a fault and no shorter list", async (effect, fault) => {
    await crowded();
    simulator.fault({ operation: details, effect, skip: 1 });
    expect(await faultOf(read([]))).toBe(fault);
  });

  test("is none without the right to it", async () => {
    simulator.fault({ operation: details, effect: { kind: "denied" } });
    expect(await read([])).toBeNull();
  });
});

describe("check", () => {
  const rights =
    "CreateRole GetRole TagRole ListRoleTags UpdateAssumeRolePolicy PutRolePolicy GetRolePolicy ListRolePolicies ListAttachedRolePolicies DeleteRolePolicy DeleteRole ListRoles CreateUser GetUser TagUser ListUserTags ListAccessKeys CreateAccessKey UpdateAccessKey DeleteAccessKey GetAccessKeyLastUsed PutUserPolicy GetUserPolicy ListUserPolicies ListAttachedUserPolicies DeleteUserPolicy DeleteUser ListUsers ListGroupsForUser ListInstanceProfilesForRole GetPolicy GetOpenIDConnectProvider GetAccountAuthorizationDetails GenerateServiceLastAccessedDetails GetServiceLastAccessedDetails";
  test.each(rights.split(" "))("names iam:%s and nothing else when only it is missing", async (right) => {
    simulator.fault({ operation: right, effect: { kind: "denied" }, times: null });
    const checks = await role.target.check(openCalls());
    expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual([`iam:${right}`]);
  });

  test("leaves nothing behind, and refuses another account's credentials", async () => {
    const objects = () => [...Object.keys(simulator.world().roles), ...Object.keys(simulator.world().users)];
    const before = objects();
    await role.target.check(openCalls());
    expect(objects()).toEqual(before);
    const settings = { ...simulatedSettings(simulator.url, seed), accountId: "999999999999" };
    const other = harnessOf({ settings, credentials: simulatedCredentials, object: "role", loseAnswer: null });
    const checks = await other.target.check(openCalls());
    expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["account"]);
    await other.target.close();
  });
});

describe("use it: a workload's token at STS", () => {
  const sts = () =>
    new STSClient({
      region: "us-east-1",
      endpoint: simulator.url,
      credentials: { accessKeyId: "x", secretAccessKey: "y" },
      maxAttempts: 1,
    });
  const subject = "repo:acme@4711/settlement@815:environment:prod";
  const tokenOf = (claims: JWTPayload, key = keys.privateKey) =>
    new SignJWT({ iss: issuer, aud: "sts.amazonaws.com", sub: subject, repository_id: "815", ...claims })
      .setProtectedHeader({ alg: "RS256", kid: "k1" })
      .setIssuedAt()
      .setExpirationTime(claims.exp ?? "5m")
      .sign(key);
  const assume = async (name: string, token: string) => {
    const RoleArn = `arn:aws:iam::111122223333:role/charter/${name}`;
    return sts().send(
      new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: "run-1", WebIdentityToken: token }),
    );
  };
  const hintOf = async (run: Promise<unknown>): Promise<string> => {
    const error = await run.then(
      () => null,
      (thrown: { name: string; $response?: { headers: Record<string, string> } }) => thrown,
    );
    return `${error?.name}: ${decodeURIComponent(error?.$response?.headers["x-simulator-hint"] ?? "")}`;
  };
  const live = async () => {
    const life = beginLife(role);
    const plan = planFor(life, "provision");
    await runFlow(life, plan);
    return { life, plan };
  };

  test("gives the role to exactly its subject", async () => {
    const { life } = await live();
    const { Credentials } = await assume(life.name, await tokenOf({}));
    const session = new STSClient({
      region: "us-east-1",
      endpoint: simulator.url,
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? "",
        secretAccessKey: Credentials?.SecretAccessKey ?? "",
        sessionToken: Credentials?.SessionToken ?? "",
      },
    });
    expect((await session.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      `arn:aws:sts::111122223333:assumed-role/${life.name}/run-1`,
    );
  });

  test("refuses a neighbour, naming the claim that did not match", async () => {
    const { life } = await live();
    expect(
      await hintOf(assume(life.name, await tokenOf({ sub: "repo:acme@4711/website@99:environment:prod" }))),
    ).toMatch(/^AccessDenied: sub: the token says repo:acme@4711\/website@99/);
    const recycled = await tokenOf({ sub: "repo:acme/settlement:environment:prod", repository_id: "99" });
    expect(await nameOf(assume(life.name, recycled))).toBe("AccessDenied");
    expect(await nameOf(assume(life.name, await tokenOf({ sub: "repo:acme/settlement:environment:prod" })))).toBe(
      "accepted",
    );
  });

  test("refuses a token that is expired, for another audience, or signed by another key", async () => {
    const { life } = await live();
    const stranger = await generateKeyPair("RS256");
    expect(await nameOf(assume(life.name, await tokenOf({ exp: 1 })))).toBe("ExpiredTokenException");
    expect(await nameOf(assume(life.name, await tokenOf({ aud: "other" })))).toBe("InvalidIdentityTokenException");
    expect(await nameOf(assume(life.name, await tokenOf({}, stranger.privateKey)))).toBe(
      "InvalidIdentityTokenException",
    );
    expect(await nameOf(assume(life.name, await tokenOf({ iss: "https://evil.example" })))).toBe(
      "InvalidIdentityTokenException",
    );
  });

  test("refuses everybody once the role is disabled", async () => {
    const { life } = await live();
    await runStep(life, planFor(life, "retire"), "disable-role");
    expect(await hintOf(assume(life.name, await tokenOf({})))).toBe(
      "AccessDenied: The role is disabled: its trust denies everybody.",
    );
  });
});

describe("a key", () => {
  test("is refused by STS once it is inactive, and probes false before it is known", async () => {
    const life = beginLife(user);
    const plan = planFor(life, "provision");
    await runFlow(life, plan, "prove");
    const { credential } = user.target;
    if (credential?.protocol !== "server-chosen") throw new Error("no credential");
    const probes: boolean[] = [];
    let id = "";
    const kept: Parameters<Parameters<typeof credential.mint>[1]>[0][] = [];
    id = await credential.mint(workOf(life, plan), (secret) => kept.push(secret));
    const [secret] = kept;
    if (secret === undefined) throw new Error("no secret");
    probes.push(await credential.probe(workOf(life, plan), id, secret));
    await credential.deactivate(workOf(life, plan), id);
    probes.push(await credential.probe(workOf(life, plan), id, secret));
    expect(probes).toEqual([true, false]);
    expect(await credential.remove(workOf(life, plan), id)).toBe("deleted");
    expect(await credential.remove(workOf(life, plan), id)).toBe("absent");
    await credential.deactivate(workOf(life, plan), id);
  });

  test("too many on a user withhold its permissions", async () => {
    const life = beginLife(user);
    const plan = planFor(life, "provision");
    await runFlow(life, plan, "issue");
    await user.iam.send(new CreateAccessKeyCommand({ UserName: life.name }));
    expect(await faultOf(runStep(life, plan, "empower-user"))).toBe("conflict KeysDiffer");
    expect((await user.lying(life.name))?.permissions).toBe(false);
  });
});

test("the simulated world survives a restart and shows no secret", async () => {
  const folder = mkdtempSync(join(tmpdir(), "charter-aws-"));
  const worldFile = join(folder, "world.json");
  const first = await start({ port: 0, worldFile, seed });
  await clientOf(first.url, simulatedCredentials).send(new CreateUserCommand({ UserName: "kept" }));
  await first.stop();
  const second = await start({ port: 0, worldFile, seed });
  await clientOf(second.url, simulatedCredentials).send(new GetUserCommand({ UserName: "KEPT" }));
  const shown = await (await fetch(`${second.url}/_simulator/world`)).text();
  expect(shown).toContain('"kept"');
  expect(shown).not.toContain(simulatedCredentials.secretAccessKey);
  await second.stop();
  rmSync(folder, { recursive: true });
});

/** What AWS does and moto does not; the simulator must do as AWS. */
describe("where moto is not AWS", () => {
  let moto: Moto;
  const servers = () =>
    [
      ["aws", clientOf(simulator.url, simulatedCredentials)],
      ["moto", clientOf(moto.url, { accessKeyId: "test", secretAccessKey: "test" })],
    ] as const;
  const trust = (principal: object) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
    });
  const fine = trust({ AWS: "arn:aws:iam::111122223333:root" });
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto.stop());

  test.each<[string, (iam: IAMClient) => Promise<unknown>, string, string]>([
    [
      "names differ only in case",
      async (iam) => {
        await iam.send(new CreateRoleCommand({ RoleName: "Case", AssumeRolePolicyDocument: fine }));
        return iam.send(new CreateRoleCommand({ RoleName: "CASE", AssumeRolePolicyDocument: fine }));
      },
      "EntityAlreadyExistsException",
      "accepted",
    ],
    [
      "a trust names an unknown principal",
      (iam) =>
        iam.send(
          new CreateRoleCommand({
            RoleName: "unknown",
            AssumeRolePolicyDocument: trust({ AWS: "arn:aws:iam::111122223333:role/nobody" }),
          }),
        ),
      "MalformedPolicyDocumentException",
      "accepted",
    ],
    [
      "the boundary does not exist",
      (iam) =>
        iam.send(
          new CreateUserCommand({ UserName: "bound", PermissionsBoundary: "arn:aws:iam::111122223333:policy/none" }),
        ),
      "NoSuchEntityException",
      "accepted",
    ],
    [
      "a user with keys is deleted",
      async (iam) => {
        await iam.send(new CreateUserCommand({ UserName: "keyed" }));
        await iam.send(new CreateAccessKeyCommand({ UserName: "keyed" }));
        return iam.send(new DeleteUserCommand({ UserName: "keyed" }));
      },
      "DeleteConflictException",
      "accepted",
    ],
    [
      "a user's third key is made",
      async (iam) => {
        await iam.send(new CreateUserCommand({ UserName: "three" }));
        for (const _ of [1, 2]) await iam.send(new CreateAccessKeyCommand({ UserName: "three" }));
        return iam.send(new CreateAccessKeyCommand({ UserName: "three" }));
      },
      "LimitExceededException",
      "LimitExceededException",
    ],
    [
      "a role with an inline policy is deleted",
      async (iam) => {
        await iam.send(new CreateRoleCommand({ RoleName: "full", AssumeRolePolicyDocument: fine }));
        await iam.send(
          new PutRolePolicyCommand({
            RoleName: "full",
            PolicyName: "p",
            PolicyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
          }),
        );
        return iam.send(new DeleteRoleCommand({ RoleName: "full" }));
      },
      "DeleteConflictException",
      "DeleteConflictException",
    ],
  ])("%s", async (_, act, aws, other) => {
    const found = [];
    for (const [, iam] of servers()) found.push(await nameOf(act(iam)));
    expect(found).toEqual([aws, other]);
  });

  test("an account that is full takes no further role, whatever AWS has raised its quota to", async () => {
    const small = await start({ port: 0, seed: { ...seed, mostRoles: 2 } });
    try {
      const iam = clientOf(small.url, simulatedCredentials);
      const made = (RoleName: string) =>
        nameOf(iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: fine })));
      expect([await made("first"), await made("second"), await made("third")]).toEqual([
        "accepted",
        "accepted",
        "LimitExceededException",
      ]);
    } finally {
      await small.stop();
    }
  });

  test("moto drops a user's ceiling, so a plan with one is never empowered there", async () => {
    const boundaryArn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    const harness = harnessOf({
      settings: { accountId: "123456789012", boundaryArn, endpoint: moto.url },
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      object: "user",
      loseAnswer: null,
    });
    const life = beginLife(harness);
    await expect(runFlow(life, planFor(life, "provision"))).rejects.toThrow("its ceiling is missing");
    expect((await harness.lying(life.name))?.permissions).toBe(false);
    await harness.target.close();
  });

  test("moto lets an inactive key work; the simulator does not", async () => {
    const works: string[] = [];
    for (const [name, iam] of servers()) {
      await iam.send(new CreateUserCommand({ UserName: "held" }));
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "held" }));
      const own = { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
      await iam.send(
        new UpdateAccessKeyCommand({ UserName: "held", AccessKeyId: own.accessKeyId, Status: "Inactive" }),
      );
      const endpoint = name === "aws" ? simulator.url : moto.url;
      works.push(
        await nameOf(
          new STSClient({ region: "us-east-1", endpoint, credentials: own }).send(new GetCallerIdentityCommand({})),
        ),
      );
    }
    expect(works).toEqual(["InvalidClientTokenId", "accepted"]);
  });
});

test("removal takes off what strangers attached, in AWS's order", async () => {
  const life = beginLife(role);
  await runFlow(life, planFor(life, "provision"));
  await role.iam.send(
    new AttachRolePolicyCommand({ RoleName: life.name, PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
  );
  simulator.world().roles[life.name]?.instanceProfiles.push("web");
  await runFlow(life, planFor(life, "retire"));
  expect(await nameOf(role.iam.send(new GetRoleCommand({ RoleName: life.name })))).toBe("NoSuchEntityException");
});

test("a user that AWS will not delete says why, and goes once a stranger's addition is gone", async () => {
  const life = beginLife(user);
  await runFlow(life, planFor(life, "provision"));
  const retire = planFor(life, "retire");
  await runFlow(life, retire, "revoke");
  const held = simulator.world().users[life.name];
  if (held === undefined) throw new Error("no user");
  held.password = true;
  await expect(runStep(life, retire, "remove-user")).rejects.toThrow("Someone gave the user a password");
  delete held.password;
  await runStep(life, retire, "remove-user");
  expect(await user.lying(life.name)).toBeNull();
});
