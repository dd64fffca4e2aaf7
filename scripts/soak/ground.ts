import { type ChildProcess, spawn } from "node:child_process";
import { createPublicKey, type KeyObject } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  simulatedCredentials as awsCredentials,
  simulatedSettings as awsSettings,
  simulatedSeed,
  start as startAws,
} from "#lib/connectors/aws-iam/simulator.ts";
import { freePort, startCluster } from "#lib/embedded-postgres/cluster.mjs";
import { start as startVault, simulatedCredentials as vaultCredentials } from "#lib/vaults/vault/simulator.ts";
import { checkout, type Portal, publicUrl, startPortal, webSettings } from "#test/security/http-portal.ts";
import { openSession } from "#test/security/http-world.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { groups, issuer, signIn } from "#test/system/installation.ts";
import { configOf } from "#test/worker/crash/lane.ts";
import { until } from "../bench/asking.ts";

type Aws = Awaited<ReturnType<typeof startAws>>;
type Vault = Awaited<ReturnType<typeof startVault>>;

/** A worker process of which another can take the place. */
export interface Worker {
  readonly pid: number;
  kill(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  start(): void;
}

/** Everything that runs: the built web, two workers, a PostgreSQL of its own, and the simulated AWS account and vault. */
export interface Ground {
  readonly database: TestDatabase;
  readonly web: Portal;
  readonly workers: readonly [Worker, Worker];
  /** Where these processes, which live through the whole run, open their inspector when they are asked to. */
  readonly watched: { readonly [name in "web" | "worker"]: { readonly pid: number; readonly port: number } };
  readonly aws: Aws;
  readonly vault: Vault;
  /** Most active keys that one user of the account has had at once. */
  mostKeys(): number;
  /** Cookies of people at work, and of one of Security. */
  readonly sessions: { readonly requesters: readonly string[]; readonly security: string };
  readonly service: string;
  /** Public half of the key that signs checkpoints. */
  readonly checkpointKey: KeyObject;
  /** Fast shutdown, and a start on the same port. */
  restartPostgres(): Promise<void>;
  /** What the workers have said. */
  said(): string;
  close(): Promise<void>;
}

/** At least as many as speak at once, so that one session's share of calls is not what is measured. */
const requesters = 24;
const caps = { mintsPerHour: 1_000_000, disablesPerHour: 1_000_000 };
const gate = { maxRunning: 8, rate: 1000, burst: 1000, reserve: 2 };

/** Starts all of it and waits until the portal says that it is fit. */
export async function openGround(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), "charter-soak-"));
  const place = { folder: mkdtempSync(join(tmpdir(), "charter-pg-")), password: "soak" };
  let cluster = await startCluster(place);
  const database = await testDatabase(cluster.url());
  const simulated = await simulators();
  const env = environment(database, simulated, folder);
  let said = "";
  const hear = (text: string) => {
    said = (said + text).slice(-200_000);
  };
  await command(env, "lib/worker/commands/directory-import.ts", join(checkout, "scripts/demo/directory"));
  const ports = { web: await freePort(), worker: await freePort() };
  const inspected = (port: number) => ({ NODE_OPTIONS: `--inspect-port=127.0.0.1:${port}` });
  const workers = [startWorker({ ...env, ...inspected(ports.worker) }, hear), startWorker(env, hear)] as const;
  await until(async () => (await database.admin`select 1 from charter.bundles`).length > 0);
  await until(async () => (await database.admin`select 1 from charter.targets where checked_at is null`).length === 0);
  // Low enough that the burst goes over it.
  const limit = { CHARTER_REQUESTS_AT_ONCE: "50" };
  const variables = { ...webSettings, ...limit, ...inspected(ports.web), CHARTER_WEB_DATABASE_URL: database.webUrl };
  const web = await startPortal(variables, 2_000);
  await until(async () => (await web.send({ path: "/api/health" })).status === 200);
  const [billing] = await database.admin`select id from charter.services where slug = 'billing'`;
  return {
    ...{ database, web, workers, ...simulated },
    watched: { web: { pid: web.pid, port: ports.web }, worker: { pid: workers[0].pid, port: ports.worker } },
    sessions: await sessions(database),
    service: String(billing?.id),
    checkpointKey: createPublicKey(readFileSync(join(folder, "c1"))),
    restartPostgres: async () => {
      const { port } = cluster;
      await cluster.stop();
      cluster = await startCluster({ ...place, port });
    },
    said: () => said,
    close: async () => {
      await Promise.all([...workers.map((worker) => worker.kill("SIGTERM")), web.stop()]);
      await Promise.all([simulated.aws.stop(), simulated.vault.stop()]);
      await database.close();
      await cluster.stop();
      for (const one of [folder, place.folder]) rmSync(one, { recursive: true, force: true });
    },
  };
}

async function simulators() {
  let most = 0;
  const count = () => {
    const held = new Map<string, number>();
    for (const { user, active } of Object.values(aws.world().keys))
      if (active) held.set(user, (held.get(user) ?? 0) + 1);
    most = Math.max(most, ...held.values());
  };
  const now = () => {
    count();
    return new Date();
  };
  // An hour makes some two thousand roles.
  const aws: Aws = await startAws({ port: 0, seed: { ...simulatedSeed(), mostRoles: 5000 }, now });
  const mostKeys = () => {
    count();
    return most;
  };
  return { aws, vault: await startVault({ port: 0 }), mostKeys };
}

/** What the workers and the commands of their host are started with. */
function environment(database: TestDatabase, { aws, vault }: { aws: Aws; vault: Vault }, folder: string) {
  const target = {
    name: "payments-aws",
    settings: awsSettings(aws.url, simulatedSeed()),
    credentials: { ...awsCredentials },
  };
  const told = configOf(
    { all: [{ kind: "aws-iam", target }], vault, vaultCredentials: { ...vaultCredentials } },
    folder,
  );
  const by = (subject: string) => ({ issuer, subject });
  const config = {
    ...told,
    publicUrl,
    signIn: { issuer, clientId: "charter", roles: groups },
    policy: { activatedBy: [by("demo-mara-lind"), by("demo-tomas-vidal")] },
    targets: told.targets.map((one) => ({ ...one, environments: ["staging"], gate, caps })),
    vaults: told.vaults.map((one) => ({
      ...one,
      gate,
      approved: [{ mount: "kv", path: "{team}/{environment}/{name}" }],
    })),
  };
  const file = join(folder, "worker.json");
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return {
    PATH: process.env.PATH ?? "",
    NODE_ENV: "production" as const,
    CHARTER_CONFIG: file,
    CHARTER_WORKER_DATABASE_URL: database.workerUrl,
  };
}

type Environment = ReturnType<typeof environment>;

const run = (env: Environment, words: readonly string[]): ChildProcess =>
  spawn(process.execPath, words, { cwd: checkout, env, stdio: ["ignore", "pipe", "pipe"] });

async function command(env: Environment, ...words: readonly string[]): Promise<void> {
  const child = run(env, words);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece) => (text += String(piece)));
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${words[0]} ended with ${code}: ${text}`);
}

function startWorker(env: Environment, hear: (text: string) => void): Worker {
  const start = () => {
    const child = run(env, ["lib/worker/main.ts"]);
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece) => hear(String(piece)));
    return child;
  };
  let child = start();
  return {
    get pid() {
      return child.pid ?? 0;
    },
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill(signal);
      await gone;
    },
    start: () => {
      child = start();
    },
  };
}

async function sessions(database: TestDatabase): Promise<Ground["sessions"]> {
  await signIn(database, "jonas.kern", []);
  await signIn(database, "mara.lind", ["security"]);
  const idOf = async (person: string) =>
    String((await database.admin`select id from charter.people where email = ${`${person}@acme.example`}`)[0]?.id);
  const [jonas, mara] = [await idOf("jonas.kern"), await idOf("mara.lind")];
  const open = Array.from({ length: requesters }, () => openSession(database.admin, jonas));
  return { requesters: await Promise.all(open), security: await openSession(database.admin, mara) };
}
