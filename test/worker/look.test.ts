import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { simulatedCredentials, simulatedSeed, simulatedSettings, start } from "#lib/connectors/aws-iam/simulator.ts";
import type { Looked } from "#lib/domain/estate.ts";
import { look, targetToLookAt, unconfigured } from "#lib/worker/look.ts";
import { type Moto, startMoto } from "#test/support/servers/moto.ts";

const by = { now: new Date(), days: 90, ownerLabels: ["owner"] };
const trust = (principal: unknown) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
  });

describe("a first look at an account that moto plays", () => {
  let moto: Moto;
  let iam: IAMClient;
  let door: Awaited<ReturnType<typeof listen>>;
  beforeAll(async () => {
    moto = await startMoto();
    door = await listen(moto);
    const credentials = { accessKeyId: "look", secretAccessKey: "look" };
    iam = new IAMClient({ region: "us-east-1", endpoint: moto.url, credentials });
    vi.stubEnv("AWS_ACCESS_KEY_ID", "look");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "look");
    for (const [RoleName, principal, owner] of [
      ["deploy", { Service: "ec2.amazonaws.com" }, "payments"],
      ["partner", { AWS: "*" }, null],
    ] as const) {
      const Tags = owner === null ? [] : [{ Key: "Owner", Value: owner }];
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(principal), Tags }));
    }
    await iam.send(new CreateUserCommand({ UserName: "billing", Tags: [{ Key: "owner", Value: "orders" }] }));
    await iam.send(new CreateAccessKeyCommand({ UserName: "billing" }));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    iam.destroy();
    door.close();
    await moto.stop();
  });

  const entry = () => {
    const found = unconfigured("aws", { endpoint: door.url });
    if (found === null) throw new Error("no target type is called aws");
    return found;
  };

  test("counts what lies there, says what is wrong, and sends nothing that changes", async () => {
    const seen: Looked[] = [];
    const looked = await look({ entry: entry(), by, keep: 5, each: async (one) => void seen.push(one) });
    if (!("ok" in looked)) throw new Error("refused");
    const { of, count, unread } = looked.ok;
    expect([of, unread]).toEqual(["AWS account 123456789012", []]);
    expect([count.identities.get("role"), count.identities.get("user"), count.activeKeys]).toEqual([2, 1, 1]);
    expect(count.worst.get("open-trust")?.map(({ identity }) => identity.name)).toEqual(["partner"]);
    expect(count.worst.get("unowned")?.map(({ identity }) => identity.name)).toEqual(["partner"]);
    expect(seen.map(({ identity }) => identity.name).sort()).toEqual(["billing", "deploy", "partner"]);
    expect(door.heard.filter((name) => !/^(Get|List|Generate)/.test(name))).toEqual([]);
    expect(door.heard).toContain("GetAccountAuthorizationDetails");
  });

  test("an identity too young to judge is neither stale nor never used", async () => {
    const looked = await look({ entry: entry(), by, keep: 5 });
    if (!("ok" in looked)) throw new Error("refused");
    expect([looked.ok.count.flaws.get("stale"), looked.ok.count.flaws.get("never-used")]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe("which account is looked at", () => {
  const folder = mkdtempSync(join(tmpdir(), "charter-look-"));
  const file = join(folder, "worker.json");
  afterAll(() => rmSync(folder, { recursive: true }));
  const chosen = async (env: Record<string, string>, target = "aws", settings = {}) => {
    const outcome = await targetToLookAt(env, { target, settings });
    return "ok" in outcome ? (outcome.ok?.name ?? null) : outcome.refusals[0].sentence;
  };

  test("the shell's where there is no configuration, none where there is one that cannot be read", async () => {
    expect(await chosen({})).toBe("look");
    expect(await chosen({ CHARTER_HOME: folder })).toBe("look");
    expect(await chosen({}, "nowhere")).toBeNull();
    expect(await chosen({ CHARTER_CONFIG: file })).toContain("nothing was looked at");
    writeFileSync(file, "{", { mode: 0o600 });
    expect(await chosen({ CHARTER_HOME: folder })).toContain("nothing was looked at");
    expect(await chosen({ CHARTER_CONFIG: file })).toContain("nothing was looked at");
  });

  test("a configured one by its configuration alone", async () => {
    const config = {
      ...{ installation: "look-test", publicUrl: "http://localhost:3000", vaults: [] },
      signIn: { issuer: "http://127.0.0.1:9", clientId: "x", roles: { security: [], operator: [], auditor: [] } },
      targets: [
        {
          ...{ name: "aws", kind: "aws-iam", title: "Payments", environments: ["prod"] },
          settings: JSON.parse(JSON.stringify(simulatedSettings("http://127.0.0.1:9", simulatedSeed("111122223333")))),
          credentials: { accessKeyId: "env:A", secretAccessKey: "env:B" },
        },
      ],
      keys: { mark: [{ id: "m1", secret: "env:M" }], checkpoint: { id: "c1", secret: "env:C" } },
    };
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    expect(await chosen({ CHARTER_CONFIG: file })).toBe("aws");
    expect(await chosen({ CHARTER_CONFIG: file }, "aws", { region: "eu-central-1" })).toContain(
      "--region would be ignored",
    );
  });
});

describe("a first look at a configured account", () => {
  const seed = simulatedSeed("111122223333");
  let simulator: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    simulator = await start({ port: 0, seed });
  });
  afterAll(() => simulator.stop());

  const entry = () => ({
    name: "payments",
    kind: "aws-iam",
    title: "Payments",
    environments: ["prod" as const],
    settings: JSON.parse(JSON.stringify(simulatedSettings(simulator.url, seed))),
    credentials: { accessKeyId: "env:LOOK_ID", secretAccessKey: "env:LOOK_SECRET" },
    simulated: true,
    gate: { maxRunning: 2, rate: 20, burst: 60, reserve: 1 },
    caps: { mintsPerHour: 1, disablesPerHour: 1 },
    windows: {},
  });

  test("says which rights the keys' age and use need, and looks at the rest; a busy account is asked again", async () => {
    vi.stubEnv("LOOK_ID", simulatedCredentials.accessKeyId);
    vi.stubEnv("LOOK_SECRET", simulatedCredentials.secretAccessKey);
    simulator.fault({ operation: "GenerateCredentialReport", effect: { kind: "denied" } });
    simulator.fault({ operation: "GetAccountAuthorizationDetails", effect: { kind: "throttle" } });
    const looked = await look({ entry: entry(), by, keep: 5 });
    vi.unstubAllEnvs();
    if (!("ok" in looked)) throw new Error("refused");
    expect(looked.ok.of).toBe("AWS account 111122223333");
    expect(looked.ok.unread.join()).toContain("iam:GenerateCredentialReport");
    expect(looked.ok.count.activeKeys).toBe(0);
  });

  test("a target type that cannot be looked at says so", async () => {
    const settings = { host: "127.0.0.1", port: 1, databases: ["orders"], tls: { mode: "off" as const } };
    vi.stubEnv("LOOK_SECRET", "look");
    const credentials = { password: "env:LOOK_SECRET" };
    const looked = await look({ entry: { ...entry(), kind: "postgresql", settings, credentials }, by, keep: 5 });
    vi.unstubAllEnvs();
    expect("refusals" in looked && looked.refusals[0].sentence).toContain("postgresql cannot be looked at yet");
  });
});

/** Stands before moto and notes the name of every call. */
async function listen(moto: Moto): Promise<{ url: string; heard: string[]; close(): void }> {
  const heard: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    heard.push(/Action=(\w+)/.exec(body)?.[1] ?? "unknown");
    const answer = await fetch(moto.url, { method: "POST", body, headers: headersOf(request) });
    response.writeHead(answer.status, { "content-type": "text/xml" }).end(await answer.text());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, heard, close: () => server.close() };
}

const headersOf = ({ headers }: IncomingMessage) => ({
  authorization: headers.authorization ?? "",
  "content-type": headers["content-type"] ?? "",
});
