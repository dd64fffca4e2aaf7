import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { FlowStep } from "#lib/connectors/connector.ts";
import { flowOf } from "#lib/connectors/flow.ts";
import { asFormer } from "#lib/connectors/former.ts";
import type { Plan, StorageSlot } from "#lib/domain/plan.ts";
import { takeRequestBack } from "#lib/facts/requests/take-back.ts";
import { runFact, system } from "#lib/facts/run.ts";
import type { Saga } from "#lib/worker/saga.ts";
import { clearQueue, held, passTime, type SeededIntent, seedIntent } from "../saga-world.ts";
import { type Flow, flowNamed } from "./flows.ts";
import { type Lane, vaultName } from "./lane.ts";
import type { CrashWorld } from "./worlds.ts";

/** One request on one identity of a world. */
export interface Subject {
  readonly world: CrashWorld;
  readonly flow: Flow;
  readonly seeded: SeededIntent;
  readonly storage: StorageSlot | null;
}

/** What a request is made for, and how a sabotage has changed its steps. */
export interface Wanted {
  readonly world: CrashWorld;
  readonly flow: Flow;
  reorder?(steps: readonly FlowStep[]): readonly FlowStep[];
}

/** An approved request of this flow, its identity brought to where the flow begins and nothing else in the queue. */
export async function prepare(lane: Lane, wanted: Wanted): Promise<Subject> {
  await clearQueue(lane.database.admin);
  let born: Subject | undefined;
  for (const name of wanted.flow.before) {
    born = await seed(lane, { world: wanted.world, flow: flowNamed(name) }, born);
    await recover(lane, born);
    if ((await intentState(lane, born)) !== "done") throw new Error(`${wanted.world.name}: ${name} does not end.`);
  }
  return seed(lane, wanted, born);
}

/** An approved request of this flow, on the identity of another where one is given. */
export async function seed(lane: Lane, { world, flow, reorder }: Wanted, born?: Subject): Promise<Subject> {
  const name = born?.seeded.plan.name ?? `charter-dev-crash-${randomBytes(5).toString("hex")}`;
  const made = world.stores ? { vault: vaultName, mount: "kv", path: `crash/${name}` } : null;
  const storage = born === undefined ? made : born.storage;
  const planning = { kind: flow.kind, name, storage, held: await held(lane.database.admin, born?.seeded) };
  const former = flow.access === undefined ? {} : { former: asFormer(world.planned(planning)) };
  const strange = flow.strange ? { strangers: [world.stray?.(name) ?? ""], reason: "Nobody recorded it." } : {};
  const change = { ...flow.change, ...former, ...strange };
  const shape = {
    ...{ kind: flow.kind, target: world.target.name, connector: world.kind, name, storage, change },
    objects: world.planned({ ...planning, access: flow.access }),
    entry: lane.places.entry(world.target.name) ?? "t",
    charter: world.charter,
  };
  const steps = flowOf(shape as unknown as Plan);
  const seeded = await seedIntent(lane.database.admin, {
    ...shape,
    flow: reorder?.(steps) ?? steps,
    ...(born ? { of: born.seeded } : {}),
  });
  return { world, flow, seeded, storage };
}

export async function intentState({ database }: Lane, { seeded }: Subject): Promise<string> {
  const [row] = await database.admin`select state from charter.intents where id = ${seeded.intent}`;
  return String(row?.state);
}

/** As an operator asks, while the step is stuck. */
export async function takeBack({ database, operator }: Lane, { seeded }: Subject): Promise<void> {
  const context = { db: database.worker, actor: system, subject: { noun: "request", id: seeded.request } } as const;
  const asked = { request: seeded.request, person: operator };
  const outcome = await runFact({ ...context, newId: randomUUID }, takeRequestBack, asked);
  if ("refusals" in outcome) throw new Error(`It cannot be taken back: ${outcome.refusals[0].sentence}`);
}

export const hasEnded = async (lane: Lane, subject: Subject): Promise<boolean> =>
  ["done", "failed"].includes(await intentState(lane, subject));

/** How a recovery goes about it. */
interface Recovery {
  readonly saga?: Saga;
  /** Whether leases that a vanished worker left are ended as time would; else they are waited for. */
  readonly leases?: boolean;
  /** How long what failed rests at least, ms: time passes at once here, and what is late would be asked sooner than any worker asks. */
  readonly restMs?: number;
  /** Stops early. */
  enough?(): Promise<boolean>;
}

export async function stepsDone({ database }: Lane, { seeded }: Subject): Promise<number> {
  const [row] = await database.admin`select count(*)::int as n from charter.steps
    where intent = ${seeded.intent} and state = 'done'`;
  return Number(row?.n);
}

/** Whether a person is shown that it does not go on, and the sentence. */
export async function stuckWith({ database }: Lane, { seeded }: Subject): Promise<string | null> {
  const [row] = await database.admin`select fault->>'sentence' as said from charter.steps
    where intent = ${seeded.intent} and stuck_at is not null and state in ('ready', 'ambiguous')`;
  return row === undefined ? null : String(row.said);
}

/** Takes everything that can be taken, letting time pass, until the intent has ended or nothing moves any more. */
export async function recover(lane: Lane, subject: Subject, how: Recovery = {}): Promise<void> {
  const { saga = lane.saga(), leases = true, restMs = leases ? 5 : 100 } = how;
  for (let turn = 0; turn < 120; turn += 1) {
    if (await how.enough?.()) return;
    if (await saga.runOne()) continue;
    if (await hasEnded(lane, subject)) return;
    await passTime(lane.database.admin, { days: 30, leases });
    await pause(restMs);
  }
}
