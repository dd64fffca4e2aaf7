import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSystemIdentifier } from "#db/store/configuration.ts";
import type { LeaseTimes } from "#db/store/steps.ts";
import { vault } from "#lib/vaults/vault/index.ts";
import { configSchema, type WorkerConfig } from "#lib/worker/config.ts";
import { openPlaces, type Places } from "#lib/worker/places.ts";
import { publishConfig } from "#lib/worker/publish.ts";
import { createSaga, type Saga } from "#lib/worker/saga.ts";
import { startCluster } from "#test/support/cluster.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { freeCalls } from "#test/vaults/calls.ts";
import { installation, markKeys } from "../saga-world.ts";
import { type Build, workerFile } from "./builds.ts";
import { WorkerProcess } from "./process.ts";
import { noting } from "./reached.ts";
import { type CrashWorld, startWorlds, type Worlds } from "./worlds.ts";

/** One database server with its own targets and vault, in which one run follows another. */
export interface Lane {
  readonly database: TestDatabase;
  readonly worlds: Worlds;
  readonly places: Places;
  readonly config: WorkerConfig;
  /** Changing methods of targets and vaults that were called in this process. */
  readonly reached: ReadonlySet<string>;
  /** Names of the objects that stand at each world, as the runs so far have left them. */
  readonly standing: Map<string, Set<string>>;
  /** A person who may have stuck work taken back. */
  readonly operator: string;
  /** A saga in this process, with which runs recover. */
  saga(of?: SagaOf): Saga;
  /** Signs the patient saga in to the vault, as a worker's start does, unless it is: reads that lag do not know a token made since. */
  signIn(): Promise<void>;
  /** Starts a real worker, which is killed at a place if one is named. */
  worker(of?: WorkerOf): Promise<WorkerProcess>;
  /** Stops the database server at once, as a power cut would its processes, and starts it again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}
interface SagaOf {
  readonly times?: LeaseTimes;
  /** With windows that are longer than reads of its targets lag, and a rest after each failure. */
  readonly patient?: boolean;
  heard?(step: string, call: string): void;
}
interface WorkerOf extends Pick<SagaOf, "patient"> {
  readonly at?: string;
  readonly builds?: readonly Build[];
}

/** Short, so that a busy machine is still fast enough and a killed worker's lease is soon over. */
const times = { leaseMs: 20_000, callTimeoutMs: 5_000 };
export const vaultName = "vault-main";
const gate = { maxRunning: 8, rate: 1000, burst: 1000, reserve: 2 };
const windows = { consistency: 0, mint: 300, poll: 1 };
/** How late reads are where they are late, and the windows of a worker that reckons with it. */
export const lagMs = 150;
const patientWindows = { consistency: 4 * lagMs, mint: 6 * lagMs, poll: lagMs / 3 };

/** Opens a lane for these kinds of targets. */
export async function openLane(kinds: readonly string[]): Promise<Lane> {
  // What was committed must still be there after it was stopped at once.
  const cluster = await startCluster({ synchronous_commit: "on" });
  const database = await testDatabase(cluster.url());
  const worlds = await startWorlds(kinds);
  const folder = mkdtempSync(join(tmpdir(), "charter-crash-"));
  const connecting = { installation, markKeys, portalSystemIdentifier: await readSystemIdentifier(database.worker) };
  const written = (name: string, more: typeof windows) => {
    const config = configSchema.parse(configOf(worlds, folder, more));
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return { config, path, places: openPlaces(config, connecting) };
  };
  const usual = written("worker.json", windows);
  const patient = written("patient.json", patientWindows);
  const { config } = usual;
  const reached = new Set<string>();
  const places = noting(usual.places, reached);
  await publishConfig(database.worker, config, randomUUID);
  const common = { db: database.worker, newId: randomUUID, random: () => 0 };
  const workers = startedWorkers(({ patient: isPatient }) => ({
    CHARTER_TEST: "1",
    CHARTER_WORKER_DATABASE_URL: database.workerUrl,
    CHARTER_CONFIG: (isPatient ? patient : usual).path,
  }));
  return {
    database,
    worlds,
    places,
    config,
    reached,
    standing: new Map(),
    operator: await somebodyOperates(database),
    saga: ({ patient: isPatient, ...of } = {}) =>
      createSaga({
        worker: randomUUID(),
        times,
        ...common,
        ...(isPatient ? { ...patient.places, random: () => 1 } : places),
        ...of,
      }),
    signIn: async () => void (await (await patient.places.vault(vaultName)).check(freeCalls())),
    worker: workers.start,
    restart: cluster.restart,
    close: async () => {
      await workers.stop();
      await Promise.all([places.close(), patient.places.close()]);
      await Promise.all([worlds.stop(), database.close()]);
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function somebodyOperates({ admin }: TestDatabase): Promise<string> {
  const id = randomUUID();
  await admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into charter.people (tenant, id, issuer, subject, canonical, name, email, active)
      values ('main', ${id}, 'https://issuer', 'ida', ${id}, 'Ida Holm', 'ida@example.com', true)`;
    await sql`insert into charter.person_roles (tenant, person, role, verified_at, held)
      values ('main', ${id}, 'operator', now() + interval '30 days', true)`;
  });
  return id;
}

function startedWorkers(envOf: (of: WorkerOf) => Readonly<Record<string, string>>) {
  const all = new Set<WorkerProcess>();
  const start: Lane["worker"] = async (of = {}) => {
    const { at, builds = [] } = of;
    const env = { ...envOf(of), ...(at === undefined ? {} : { CHARTER_TEST_CRASH: at }) };
    const one = new WorkerProcess(await workerFile(builds), env);
    all.add(one);
    one.child.once("exit", () => all.delete(one));
    return one;
  };
  return { start, stop: () => Promise.all([...all].map((one) => one.kill())) };
}

/** As much of the worlds as a configuration names. */
export interface Configured extends Pick<Worlds, "vault" | "vaultCredentials"> {
  readonly all: readonly Pick<CrashWorld, "kind" | "target">[];
}

/** The configuration of every world's target and of the vault, as an operator would write it; secrets lie in files beside it. */
export function configOf(worlds: Configured, folder: string, waits: typeof windows = windows) {
  const kept = (name: string, secret: string): string => {
    writeFileSync(join(folder, name), secret, { mode: 0o600 });
    return `file:${join(folder, name)}`;
  };
  const credentials = (place: string, secrets: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, kept(`${place}.${name}`, secret)]));
  mkdirSync(folder, { recursive: true });
  const { privateKey } = generateKeyPairSync("ed25519");
  const mark = markKeys.map(({ id, secret }) => ({ id, secret: kept(id, Buffer.from(secret).toString("base64")) }));
  const entries = new Map(worlds.all.map(({ kind, target }) => [target.name, { kind, target }]));
  return {
    installation,
    publicUrl: "http://localhost:3000",
    signIn: { issuer: "http://127.0.0.1:9", clientId: "x", roles: { security: [], operator: [], auditor: [] } },
    targets: [...entries.values()].map(({ kind, target: { name, settings, credentials: secrets } }) => ({
      ...{ name, kind, title: name, environments: ["dev"], simulated: true, settings, gate, windows: waits },
      credentials: credentials(name, secrets),
    })),
    vaults: [
      {
        ...{ name: vaultName, kind: vault.kind, title: "Vault", simulated: true, gate },
        settings: { address: worlds.vault.url },
        credentials: credentials(vaultName, worlds.vaultCredentials),
        approved: [{ mount: "kv", path: "crash/{name}" }],
      },
    ],
    keys: {
      mark,
      checkpoint: { id: "c1", secret: kept("c1", privateKey.export({ type: "pkcs8", format: "pem" }).toString()) },
    },
  };
}
