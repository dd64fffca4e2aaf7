import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { FlowStep } from "#lib/connectors/connector.ts";
import { flowOf } from "#lib/connectors/flow.ts";
import { asFormer } from "#lib/connectors/former.ts";
import type { Plan, StorageSlot } from "#lib/domain/plan.ts";
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

async function seed(lane: Lane, { world, flow, reorder }: Wanted, born?: Subject): Promise<Subject> {
  const name = born?.seeded.plan.name ?? `charter-dev-crash-${randomBytes(5).toString("hex")}`;
  const made = world.stores ? { vault: vaultName, mount: "kv", path: `crash/${name}` } : null;
  const storage = born === undefined ? made : born.storage;
  const planning = { kind: flow.kind, name, storage, held: await held(lane.database.admin, born?.seeded) };
  const former = flow.access === undefined ? {} : { former: asFormer(world.planned(planning)) };
  const change = { ...flow.change, ...former };
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
export const hasEnded = async (lane: Lane, subject: Subject): Promise<boolean> =>
  ["done", "failed"].includes(await intentState(lane, subject));

/** How a recovery goes about it. */
interface Recovery {
  readonly saga?: Saga;
  /** Whether leases that a vanished worker left are ended as time would; else they are waited for. */
  readonly leases?: boolean;
  /** Stops early. */
  enough?(): Promise<boolean>;
}

/** Takes everything that can be taken, letting time pass, until the intent has ended or nothing moves any more. */
export async function recover(lane: Lane, subject: Subject, how: Recovery = {}): Promise<void> {
  const { saga = lane.saga(), leases = true } = how;
  for (let turn = 0; turn < 120; turn += 1) {
    if (await how.enough?.()) return;
    if (await saga.runOne()) continue;
    if (await hasEnded(lane, subject)) return;
    await passTime(lane.database.admin, { days: 30, leases });
    await pause(leases ? 5 : 100);
  }
}
