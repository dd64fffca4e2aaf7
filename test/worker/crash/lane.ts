import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSystemIdentifier } from "#db/store/configuration.ts";
import type { LeaseTimes } from "#db/store/steps.ts";
import { vault } from "#lib/vaults/vault/index.ts";
import { configSchema } from "#lib/worker/config.ts";
import { openPlaces, type Places } from "#lib/worker/places.ts";
import { publishConfig } from "#lib/worker/publish.ts";
import { createSaga, type Saga } from "#lib/worker/saga.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { installation, markKeys } from "../saga-world.ts";
import { type Build, workerFile } from "./builds.ts";
import { WorkerProcess } from "./process.ts";
import { type CrashWorld, startWorlds, type Worlds } from "./worlds.ts";

/** One database with its own targets and vault, in which one run follows another. */
export interface Lane {
  readonly database: TestDatabase;
  readonly worlds: Worlds;
  readonly places: Places;
  /** Names of the objects that stand at each world, as the runs so far have left them. */
  readonly standing: Map<string, Set<string>>;
  /** A saga in this process, with which runs recover. */
  saga(of?: { times?: LeaseTimes; heard?(step: string, call: string): void }): Saga;
  /** Starts a real worker, which is killed at a place if one is named. */
  worker(of?: { readonly at?: string; readonly builds?: readonly Build[] }): Promise<WorkerProcess>;
  close(): Promise<void>;
}

/** Short, so that a busy machine is still fast enough and a killed worker's lease is soon over. */
const times = { leaseMs: 20_000, callTimeoutMs: 5_000 };
export const vaultName = "vault-main";
const gate = { maxRunning: 8, rate: 1000, burst: 1000, reserve: 2 };
const windows = { consistency: 0, mint: 300, poll: 1 };

/** Opens a lane for these kinds of targets on a cluster (the test run's unless named). */
export async function openLane(kinds: readonly string[], cluster?: string): Promise<Lane> {
  const database = await testDatabase(cluster);
  const worlds = await startWorlds(kinds);
  const folder = mkdtempSync(join(tmpdir(), "charter-crash-"));
  const config = configSchema.parse(configOf(worlds, folder));
  const path = join(folder, "worker.json");
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  const portalSystemIdentifier = await readSystemIdentifier(database.worker);
  const places = openPlaces(config, { installation, markKeys, portalSystemIdentifier });
  await publishConfig(database.worker, config, randomUUID);
  const common = { db: database.worker, newId: randomUUID, random: () => 0, ...places };
  const workers = startedWorkers({
    CHARTER_TEST: "1",
    CHARTER_WORKER_DATABASE_URL: database.workerUrl,
    CHARTER_CONFIG: path,
  });
  return {
    database,
    worlds,
    places,
    standing: new Map(),
    saga: (of = {}) => createSaga({ worker: randomUUID(), times, ...common, ...of }),
    worker: workers.start,
    close: async () => {
      await workers.stop();
      await places.close();
      await Promise.all([worlds.stop(), database.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startedWorkers(env: Readonly<Record<string, string>>) {
  const all = new Set<WorkerProcess>();
  const start: Lane["worker"] = async ({ at, builds = [] } = {}) => {
    const one = new WorkerProcess(
      await workerFile(builds),
      at === undefined ? env : { ...env, CHARTER_TEST_CRASH: at },
    );
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
export function configOf(worlds: Configured, folder: string) {
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
      ...{ name, kind, title: name, environments: ["dev"], simulated: true, settings, gate, windows },
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
