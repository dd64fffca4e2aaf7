import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Database, openDatabase } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { createRoles, type PerRole } from "#db/roles.ts";
import { insertAsk } from "#db/store/claims.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { Plan } from "#lib/domain/plan.ts";
import { startCluster } from "#lib/embedded-postgres/cluster.mjs";
import { type CrashWorld, startWorlds, type Worlds } from "./crash/worlds.ts";
import { installation, markKeys, seedIntent, unaudited } from "./saga-world.ts";

const folder = mkdtempSync(join(tmpdir(), "charter-restart-"));
const place = { folder: mkdtempSync(join(tmpdir(), "charter-pg-")), password: "test" };
const identities = 12;

let cluster: Awaited<ReturnType<typeof startCluster>>;
let urls: PerRole;
let web: Database;
let admin: postgres.Sql;
let worlds: Worlds;
let role: CrashWorld;
let worker: ChildProcess;
let log = "";

beforeAll(async () => {
  cluster = await startCluster(place);
  urls = await createRoles(cluster.url());
  await migrate(urls.migrate);
  web = openDatabase(urls.web, { applicationName: "test-web", max: 4 });
  admin = postgres(cluster.url(), { max: 2, onnotice: () => {} });
  worlds = await startWorlds(["aws-iam"]);
  role = worlds.all.find(({ stores }) => !stores) ?? expect.fail("no world without a secret");
  worker = startWorker();
});
afterAll(async () => {
  worker.kill("SIGKILL");
  await Promise.all([web.close(), admin.end({ timeout: 1 }), worlds.stop()]);
  await cluster.stop();
  for (const one of [folder, place.folder]) rmSync(one, { recursive: true, force: true });
});

const config = join(folder, "worker.json");

function startWorker(): ChildProcess {
  const { privateKey } = generateKeyPairSync("ed25519");
  const credentials = Object.keys(role.target.credentials);
  const target = {
    ...{ name: "aws", kind: role.kind, title: "AWS", environments: ["dev"], simulated: true },
    settings: role.target.settings,
    credentials: Object.fromEntries(credentials.map((name, place) => [name, `env:CREDENTIAL_${place}`])),
    gate: { maxRunning: 4, rate: 25, burst: 40, reserve: 2 },
  };
  const keys = {
    mark: [{ id: markKeys[0]?.id, secret: "env:MARK" }],
    checkpoint: { id: "c1", secret: "env:CHECKPOINT" },
  };
  const signIn = {
    issuer: "http://127.0.0.1:9",
    clientId: "x",
    roles: { security: [], operator: [], auditor: [] },
  };
  const told = { installation, publicUrl: "http://localhost:3000", signIn, targets: [target], vaults: [], keys };
  writeFileSync(config, JSON.stringify(told), { mode: 0o600 });
  const secrets = Object.values(role.target.credentials).map((secret, place) => [`CREDENTIAL_${place}`, secret]);
  const child = spawn(process.execPath, [fileURLToPath(new URL("../../lib/worker/main.ts", import.meta.url))], {
    env: {
      ...Object.fromEntries(secrets),
      PATH: process.env.PATH,
      CHARTER_WORKER_DATABASE_URL: urls.worker,
      CHARTER_CONFIG: config,
      MARK: Buffer.from(markKeys[0]?.secret ?? randomBytes(32)).toString("base64"),
      CHECKPOINT: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (log += String(chunk)));
  return child;
}

async function seedIdentities(): Promise<readonly string[]> {
  const [published] = await admin`select entry_digest as entry from charter.targets where name = 'aws'`;
  const names = Array.from({ length: identities }, () => `charter-dev-restart-${randomBytes(5).toString("hex")}`);
  for (const name of names) {
    const objects = role.planned({ kind: "provision", name, storage: null, held: [] });
    const shape = { kind: "provision", target: "aws", connector: role.kind, name, objects, storage: null } as const;
    const flow = connectorOf(role.kind)?.flow("provision", shape as unknown as Plan) ?? [];
    await seedIntent(admin, { ...shape, flow, charter: role.charter, entry: String(published?.entry) });
  }
  return names;
}

/** Asks as fast as answers come; ids of those that the database confirmed, and of all that were tried. */
async function askUntil(signal: AbortSignal): Promise<{ confirmed: string[]; tried: string[] }> {
  const asked = { confirmed: [] as string[], tried: [] as string[] };
  while (!signal.aborted) {
    const ask = {
      id: randomUUID(),
      kind: "check",
      subject: `place-${asked.tried.length}`,
      person: randomUUID(),
    } as const;
    asked.tried.push(ask.id);
    try {
      await web.db.transaction((tx) => insertAsk(tx, ask));
      asked.confirmed.push(ask.id);
    } catch {
      await pause(20);
    }
    await pause(5);
  }
  return asked;
}

async function restart(signal: "SIGINT" | "SIGQUIT"): Promise<void> {
  const { port, pid } = cluster;
  process.kill(pid, signal);
  await cluster.stop();
  await pause(700);
  cluster = await startCluster({ ...place, port });
}

it("the worker reads its configuration anew when it is sent SIGHUP, and goes on", async () => {
  const title = async () => (await admin`select title from charter.targets where name = 'aws'`)[0]?.title;
  await expect.poll(title, { timeout: 60_000 }).toBe("AWS");
  await expect.poll(() => log, { timeout: 30_000 }).toMatch(/"started"/);
  const told = JSON.parse(readFileSync(config, "utf8"));
  writeFileSync(config, JSON.stringify({ ...told, targets: [{ ...told.targets[0], title: "AWS, renamed" }] }));
  worker.kill("SIGHUP");
  await expect.poll(title, { timeout: 30_000 }).toBe("AWS, renamed");
  expect({ exit: worker.exitCode, signal: worker.signalCode }).toEqual({ exit: null, signal: null });
}, 120_000);

it("the worker and the web's pool outlive a restart and a crash of PostgreSQL under load, and nothing is lost or doubled", async () => {
  await expect.poll(() => admin`select 1 from charter.workers`, { timeout: 30_000 }).toHaveLength(1);
  const names = await seedIdentities();
  const end = new AbortController();
  const asking = Promise.all([1, 2, 3].map(() => askUntil(end.signal)));
  await pause(1_500);
  await restart("SIGINT");
  await pause(2_000);
  await restart("SIGQUIT");
  await pause(1_500);
  end.abort();
  const asked = await asking;
  const count = async (text: string) => (await admin.unsafe(text))[0]?.n as number;
  await expect.poll(() => count("select count(*)::int as n from charter.inbox"), { timeout: 60_000 }).toBe(0);
  await expect
    .poll(() => count("select count(*)::int as n from charter.intents where state = 'done'"), { timeout: 200_000 })
    .toBe(identities);
  expect({ exit: worker.exitCode, signal: worker.signalCode, log: log.match(/Cannot read properties/) }).toEqual({
    exit: null,
    signal: null,
    log: null,
  });
  const kept = new Set((await admin`select id from charter.asks`).map(({ id }) => String(id)));
  const confirmed = asked.flatMap((one) => one.confirmed);
  expect(confirmed.length).toBeGreaterThan(50);
  expect(confirmed.filter((id) => !kept.has(id))).toEqual([]);
  const outcomes =
    await admin`select subject, count(*)::int as n from charter.outcomes where claim = 'asks' group by subject`;
  expect(outcomes.every(({ n }) => n === 1)).toBe(true);
  expect(outcomes).toHaveLength(kept.size);
  const entries =
    await admin`select aggregate, count(*)::int as n from charter.audit_entries where noun = 'ask' group by aggregate having count(*) <> 2`;
  expect([...entries]).toEqual([]);
  const done =
    await admin`select aggregate from charter.audit_entries where action = 'step.done' group by aggregate having count(*) > 1`;
  expect([...done]).toEqual([]);
  expect([...(await role.names())].filter((name) => name.includes("restart")).sort()).toEqual([...names].sort());
  expect(await unaudited(admin)).toBe(0);
}, 400_000);

/** Tells the worker to stop, once it has begun, and waits until it has. */
async function stopped(): Promise<void> {
  await expect.poll(() => log, { timeout: 60_000 }).toMatch(/"started"|"start"/);
  worker.kill("SIGTERM");
  await expect
    .poll(() => ({ exit: worker.exitCode, log: log.slice(-2_000) }), { timeout: 60_000 })
    .toMatchObject({ exit: 0 });
  log = "";
}

it("a worker that starts while PostgreSQL is away, and loses it again amid its start, waits for it; told to stop meanwhile, it ends", async () => {
  const { port } = cluster;
  await stopped();
  await cluster.stop();
  worker = startWorker();
  await expect.poll(() => log, { timeout: 60_000 }).toMatch(/"start".*ECONNREFUSED/);
  await stopped();
  worker = startWorker();
  await expect.poll(() => log, { timeout: 60_000 }).toMatch(/"start".*ECONNREFUSED/);
  for (const upForMs of [50, 400, 900]) {
    cluster = await startCluster({ ...place, port });
    await pause(upForMs);
    process.kill(cluster.pid, "SIGQUIT");
    await cluster.stop();
    await pause(300);
  }
  cluster = await startCluster({ ...place, port });
  await expect.poll(() => log, { timeout: 60_000 }).toMatch(/"started"/);
  await expect.poll(() => admin`select 1 from charter.workers`, { timeout: 30_000 }).toHaveLength(1);
  expect({ exit: worker.exitCode, signal: worker.signalCode }).toEqual({ exit: null, signal: null });
  await stopped();
}, 300_000);
