import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { flowOf } from "#lib/connectors/flow.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import type { Plan, StorageSlot } from "#lib/domain/plan.ts";
import { createSaga } from "#lib/worker/saga.ts";
import type { TestDatabase } from "#test/support/database.ts";
import { connected, type Places, times } from "./crash-places.ts";
import type { CrashWorld, Worlds } from "./crash-worlds.ts";
import { clearQueue, passTime, type SeededIntent, seedGate, seedIntent, unaudited } from "./saga-world.ts";

/** Sums of all runs; everything but `runs` must stay 0. */
export interface Tally {
  runs: number;
  orphans: number;
  lost: number;
  duplicates: number;
  unaudited: number;
  stuck: number;
}
export const tallyLine = (tally: Tally): string =>
  `crash: ${Object.entries(tally)
    .map(([name, count]) => `${name}=${count}`)
    .join(" ")}`;

/** One thing that goes wrong in one flow. */
export type Mishap =
  | { readonly kind: "crash"; readonly at: string }
  | { readonly kind: "lost-answer"; readonly by: "target" | "vault"; readonly call: number };
export const mishapName = (mishap: Mishap): string =>
  mishap.kind === "crash" ? `killed at ${mishap.at}` : `answer ${mishap.call} of the ${mishap.by} lost`;

export interface Bench {
  readonly database: TestDatabase;
  readonly worlds: Worlds;
  readonly tally: Tally;
}

interface Subject {
  readonly seeded: SeededIntent;
  readonly storage: StorageSlot | null;
}

const placesOf = ({ database, worlds }: Bench): Places => ({
  workerUrl: database.workerUrl,
  targets: Object.fromEntries(worlds.all.map((world) => [world.name, world.target])),
  vault: { address: worlds.vault.url, credentials: worlds.vaultCredentials },
});

/** Seeds one request of a kind, on a new identity or on the given one. */
async function seed(bench: Bench, world: CrashWorld, of: { kind: RequestKind; born?: Subject }): Promise<Subject> {
  const { admin } = bench.database;
  const name = of.born?.seeded.plan.name ?? `charter-dev-crash-${randomBytes(5).toString("hex")}`;
  const storage = of.born
    ? of.born.storage
    : world.stores
      ? { vault: "vault-main", mount: "kv", path: `crash/${name}` }
      : null;
  const objects = world.planned(name, storage);
  const shape = {
    kind: of.kind,
    target: world.name,
    connector: world.kind,
    name,
    objects,
    storage,
    change: { holdDays: 0 },
  };
  const flow = flowOf(shape as unknown as Plan);
  const seeded = await seedIntent(admin, {
    ...shape,
    flow,
    charter: world.charter,
    ...(of.born ? { of: of.born.seeded } : {}),
  });
  return { seeded, storage };
}

/** Takes everything that can be taken, letting time pass, until the intent has ended or nothing moves any more. */
async function recover(bench: Bench, subject: Subject, heard?: (step: string, call: string) => void): Promise<void> {
  const { admin, worker } = bench.database;
  const saga = createSaga({
    db: worker,
    worker: randomUUID(),
    newId: randomUUID,
    times,
    random: () => 0,
    ...connected(placesOf(bench)),
    ...(heard ? { heard } : {}),
  });
  for (let turn = 0; turn < 120; turn += 1) {
    if (await saga.runOne()) continue;
    const [row] = await admin`select state from charter.intents where id = ${subject.seeded.intent}`;
    if (row?.state === "done" || row?.state === "failed") return;
    await passTime(admin);
  }
}

const ended = async ({ database }: Bench, { seeded }: Subject): Promise<boolean> => {
  const [row] = await database.admin`select state from charter.intents where id = ${seeded.intent}`;
  return row?.state === "done";
};

/** Every place where a flow can be cut off, and every answer it can lose, as one run without mishap tells them. */
export async function enumerate(bench: Bench, world: CrashWorld, kind: RequestKind): Promise<Mishap[]> {
  const born = kind === "provision" ? undefined : await live(bench, world);
  const subject = await seed(bench, world, { kind, ...(born ? { born } : {}) });
  const calls = new Map<string, Set<string>>();
  const before = { target: world.calls(), vault: bench.worlds.vault.calls().length };
  await recover(bench, subject, (step, call) => calls.set(step, (calls.get(step) ?? new Set()).add(call)));
  if (!(await ended(bench, subject))) throw new Error(`${world.name}: ${kind} does not end even without a mishap.`);
  const answers = { target: world.calls() - before.target, vault: bench.worlds.vault.calls().length - before.vault };
  const flow = flowOf(subject.seeded.plan);
  const crashes = flow.flatMap(({ name }) => [
    ...["C0", "C3", "C4"].map((point) => `${name}:${point}`),
    ...[...(calls.get(name) ?? [])].flatMap((call) => ["C1", "C2"].map((point) => `${name}/${call}:${point}`)),
  ]);
  const lost = (by: "target" | "vault") =>
    Array.from({ length: answers[by] }, (_, call) => ({ kind: "lost-answer", by, call }) as const);
  return [...crashes.map((at) => ({ kind: "crash", at }) as const), ...lost("target"), ...lost("vault")];
}

async function live(bench: Bench, world: CrashWorld): Promise<Subject> {
  const born = await seed(bench, world, { kind: "provision" });
  await recover(bench, born);
  return born;
}

/** Runs one flow into one mishap, lets it recover, and asks the world, the vault and the log what has come of it. */
export async function run(
  bench: Bench,
  of: { world: CrashWorld; kind: RequestKind; mishap: Mishap },
): Promise<string[]> {
  const { world, kind, mishap } = of;
  const { admin } = bench.database;
  await clearQueue(admin);
  for (const target of [world.name, "vault-main"]) await seedGate(admin, { target });
  const born = kind === "provision" ? undefined : await live(bench, world);
  const subject = await seed(bench, world, { kind, ...(born ? { born } : {}) });
  const wrong: string[] = [];
  if (mishap.kind === "crash") {
    const signal = await killedWorker(bench, mishap.at);
    if (signal !== "SIGKILL") wrong.push(`the worker was not killed (${signal})`);
  } else {
    const rule = { operation: "*", effect: { kind: "reset", when: "after" }, skip: mishap.call } as const;
    (mishap.by === "target" ? world : bench.worlds.vault).fault(rule);
  }
  await recover(bench, subject);
  world.clearFaults();
  bench.worlds.vault.clearFaults();
  bench.tally.runs += 1;
  wrong.push(...(await judge(bench, { world, kind, subject })));
  return wrong;
}

async function killedWorker(bench: Bench, at: string): Promise<string> {
  const file = fileURLToPath(new URL("./crash-worker.ts", import.meta.url));
  const env = {
    PATH: process.env.PATH ?? "",
    CHARTER_TEST: "1",
    CHARTER_TEST_CRASH: at,
    CHARTER_TEST_PLACES: JSON.stringify(placesOf(bench)),
  };
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file], {
    env: { ...env, NODE_ENV: "test" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text: Buffer) => {
    said += text.toString();
  });
  return new Promise((resolve) => {
    const late = setTimeout(() => child.kill("SIGTERM"), 60_000);
    child.once("exit", (code, signal) => {
      clearTimeout(late);
      resolve(signal ?? `exit ${code} ${said.slice(0, 500)}`);
    });
  });
}

async function judge(bench: Bench, of: { world: CrashWorld; kind: RequestKind; subject: Subject }): Promise<string[]> {
  const { world, kind, subject } = of;
  const { tally } = bench;
  const { admin } = bench.database;
  const { seeded, storage } = subject;
  const wrong: string[] = [];
  const count = (what: keyof Omit<Tally, "runs">, broken: boolean, sentence: string) => {
    if (!broken) return;
    tally[what] += 1;
    wrong.push(`${what}: ${sentence}`);
  };
  const [row] =
    await admin`select r.state as request, d.state as identity, i.state as intent from charter.request_states r, charter.identities d, charter.intents i
    where r.request = ${seeded.request} and d.id = ${seeded.identity} and i.id = ${seeded.intent}`;
  const [stuck] =
    await admin`select name, fault from charter.steps where intent = ${seeded.intent} and (stuck_at is not null or state not in ('done'))`;
  const seen = await world.look(seeded.plan.name, storage);
  count("stuck", stuck !== undefined, JSON.stringify(stuck));
  const alive = kind !== "retire";
  count("lost", row?.intent !== "done" || row?.identity !== (alive ? "live" : "retired"), JSON.stringify(row));
  if (alive) {
    count("lost", seen.objects < world.objects || !seen.powerful || !seen.secretWorks, JSON.stringify(seen));
    count("duplicates", seen.objects > world.objects || seen.credentials > 1, JSON.stringify(seen));
  } else count("orphans", seen.objects + seen.credentials > 0 || seen.slot, JSON.stringify(seen));
  const credentials =
    await admin`select external_id, vault_version, state from charter.credentials where identity = ${seeded.identity} and state = 'active'`;
  count(
    "lost",
    alive && world.stores && credentials.length !== 1,
    `${credentials.length} credentials are recorded as active`,
  );
  const without = await unaudited(admin);
  count("unaudited", without > 0, `${without} rows`);
  return wrong;
}

/** Objects of ours at a target that no live identity accounts for. */
export async function orphans(bench: Bench, world: CrashWorld): Promise<readonly string[]> {
  const rows = await bench.database
    .admin`select object_name from charter.identities where target = ${world.name} and state = 'live'`;
  const known = new Set(rows.map((row) => row.object_name as string));
  const strange = [...new Set(await world.names())].filter(
    (name) => name.startsWith("charter-dev-crash-") && !known.has(name),
  );
  bench.tally.orphans += strange.length;
  return strange;
}
