import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { IAMClient } from "@aws-sdk/client-iam";
import { simulatedCredentials, simulatedSettings } from "#lib/connectors/postgresql/simulator/seed.ts";
import type { Role } from "#lib/domain/actor.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { verifySignIn } from "#lib/facts/sign-ins/verify.ts";
import { furnish, noWindows } from "#test/connectors/aws-iam.harness.ts";
import { bareWorld, type PostgresqlWorld } from "#test/connectors/postgresql.world.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { type Moto, startMoto } from "#test/support/servers/moto.ts";
import { openBaoWorld, type World } from "#test/vaults/worlds.ts";

export const issuer = "https://id.acme.example";
export const groups = { security: ["sec"], operator: ["ops"], auditor: ["audit"] };
const root = fileURLToPath(new URL("../..", import.meta.url));
const account = "123456789012";

/** moto, OpenBao and a bare PostgreSQL as targets of a worker that is a process of its own. */
export interface Installed {
  readonly database: TestDatabase;
  readonly moto: Moto;
  /** Straight to moto, with its owner's rights. */
  readonly iam: IAMClient;
  /** Where the worker finds AWS and the vault. */
  readonly reached: { readonly aws: string; readonly vault: string };
  /** The ceiling of what is made in the account. */
  readonly boundaryArn: string;
  readonly bao: World;
  readonly orders: PostgresqlWorld;
  readonly folder: string;
  /** What the worker is given to find its configuration and the secrets that it names. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A command of the worker's host; what it said. Throws when it fails. */
  command(file: string, ...words: readonly string[]): Promise<string>;
  /** Signs in as the worker would after verifying a token with these groups. */
  signIn(person: string, roles?: readonly Role[]): Promise<void>;
  /** Everything the worker has said. */
  log(): string;
  stop(): Promise<void>;
}

/** What may differ from an installation as tests use it. */
export interface Installing {
  /** Another PostgreSQL than the test run's: a superuser's address. */
  readonly cluster?: string;
  /** Stands between the worker and a server; gives the address the worker is told. */
  through?(url: string): Promise<string>;
  /** Of each AWS target and the vault, as the configuration says it. */
  readonly gate?: JsonObject;
  readonly caps?: JsonObject;
}

export async function install(of: Installing = {}): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), "charter-system-"));
  const database = await testDatabase(of.cluster);
  const [moto, bao, orders] = await Promise.all([startMoto(), openBaoWorld(), bareWorld()]);
  const iam = new IAMClient({
    region: "us-east-1",
    endpoint: moto.url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const through = of.through ?? (async (url) => url);
  const reached = { aws: await through(moto.url), vault: await through(bao.url) };
  const ground = await furnish(iam);
  const config = configuration({ ground, reached, bao, orders, folder, ...of });
  const env = {
    NODE_ENV: "test" as const,
    ...config.secrets,
    PATH: process.env.PATH,
    CHARTER_CONFIG: config.file,
    CHARTER_WORKER_DATABASE_URL: database.workerUrl,
  };
  let said = "";
  const run = (file: string, words: readonly string[]): ChildProcess =>
    spawn(process.execPath, [join(root, file), ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
  const command = async (file: string, ...words: readonly string[]): Promise<string> => {
    const { code, text } = await ended(run(file, words));
    if (code !== 0) throw new Error(`${file} ended with ${code}: ${text}`);
    return text;
  };
  await command("lib/worker/commands/directory-import.ts", join(root, "scripts/demo/directory"));
  const worker = run("lib/worker/main.ts", []);
  for (const stream of [worker.stdout, worker.stderr]) stream?.on("data", (chunk) => (said += String(chunk)));
  return {
    ...{ database, moto, iam, reached, bao, orders, folder, environment: env, command, log: () => said },
    boundaryArn: ground.boundaryArn,
    signIn: (person, roles = []) => signIn(database, person, roles),
    stop: async () => {
      const gone = new Promise((resolve) => worker.once("exit", resolve));
      worker.kill("SIGTERM");
      await gone;
      await Promise.all([moto.stop(), bao.stop(), orders.stop()]);
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly text: string }> {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (text += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, text };
}

interface Places extends Pick<Installing, "gate" | "caps"> {
  readonly ground: { readonly boundaryArn: string; readonly githubProviderArn: string };
  readonly reached: Installed["reached"];
  readonly bao: World;
  readonly orders: PostgresqlWorld;
  readonly folder: string;
}

/** Writes the worker's configuration; every secret is a variable that it names. */
function configuration({ ground, reached, bao, orders, folder, gate = {}, caps = {} }: Places) {
  const aws_ = (name: string, boundaryArn: string | null) => ({
    ...{ name, kind: "aws-iam", title: name, environments: ["dev", "staging", "prod"], windows: noWindows },
    ...{ gate, caps },
    settings: { ...ground, endpoint: reached.aws, accountId: account, boundaryArn },
    credentials: { accessKeyId: "env:AWS_TEST_ID", secretAccessKey: "env:AWS_TEST_KEY" },
  });
  const by = (subject: string) => ({ issuer, subject });
  const told = {
    installation: "system-test",
    publicUrl: "http://localhost:3000",
    signIn: { issuer, clientId: "charter", roles: groups },
    policy: { activatedBy: [by("demo-mara-lind"), by("demo-tomas-vidal")] },
    targets: [
      aws_("payments-aws", ground.boundaryArn),
      // moto denies what a user with a boundary reads of itself; its README says so.
      aws_("data-aws", null),
      {
        ...{ name: "orders-prod", kind: "postgresql", title: "Orders", environments: ["prod"] },
        settings: { ...simulatedSettings, host: "127.0.0.1", port: orders.port },
        credentials: { password: "env:ORDERS_PASSWORD" },
      },
    ],
    vaults: [
      {
        ...{ name: "vault-main", kind: "vault", title: "OpenBao", settings: { address: reached.vault, cli: "bao" } },
        gate,
        credentials: Object.fromEntries(
          Object.keys(bao.credentials).map((name) => [name, `env:BAO_${name.toUpperCase()}`]),
        ),
        approved: [{ mount: "kv", path: "{team}/{environment}/{name}" }],
      },
    ],
    keys: {
      mark: [{ id: "mark-1", secret: "env:MARK" }],
      checkpoint: { id: "checkpoint-1", secret: "env:CHECKPOINT" },
    },
  };
  const file = join(folder, "worker.json");
  writeFileSync(file, JSON.stringify(told), { mode: 0o600 });
  const { privateKey } = generateKeyPairSync("ed25519");
  const secrets = {
    ...Object.fromEntries(Object.entries(bao.credentials).map(([name, value]) => [`BAO_${name.toUpperCase()}`, value])),
    AWS_TEST_ID: "test",
    AWS_TEST_KEY: "test",
    ORDERS_PASSWORD: simulatedCredentials.password,
    MARK: randomBytes(32).toString("base64"),
    CHECKPOINT: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
  return { file, secrets };
}

/** A copy of the default policy whose hold is over at once. */
export function withoutHold(folder: string): string {
  const copy = join(folder, "policy");
  cpSync(join(root, "lib/policy/default"), copy, { recursive: true });
  const figures = join(copy, "figures.json");
  writeFileSync(figures, readFileSync(figures, "utf8").replace('"holdDays": 14', '"holdDays": 0'));
  return copy;
}

/** Signs in as the worker would after verifying a token with these groups. */
export async function signIn(
  { worker }: Pick<TestDatabase, "worker">,
  person: string,
  roles: readonly Role[],
): Promise<void> {
  const id = randomUUID();
  const claims = {
    ...{ issuer, subject: `demo-${person.replace(".", "-")}`, issuedAt: new Date() },
    ...{ name: null, email: null, personClaim: null, groups: roles.flatMap((role) => groups[role]) },
  };
  const actor = { ...system, evidence: "id_token" } as const;
  const context = { db: worker, newId: randomUUID, actor, subject: { noun: "sign-in", id } } as const;
  const outcome = await runFact(context, verifySignIn, {
    signIn: id,
    tokenHash: randomUUID(),
    token: { ok: claims },
    groups,
  });
  if ("refusals" in outcome || outcome.ok.result !== "taken") throw new Error(`${person} could not sign in.`);
}
