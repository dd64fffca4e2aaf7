import { setTimeout as pause } from "node:timers/promises";
import type { Lane } from "./lane.ts";
import { arm, disarm, type Mishap, type Run } from "./mishaps.ts";
import { type Found, judge } from "./oracle.ts";
import type { WorkerProcess } from "./process.ts";
import { hasEnded, prepare, recover, type Subject } from "./subject.ts";
import type { CrashWorld } from "./worlds.ts";

/** Longer than the signature of a request is taken for. */
const signatureMs = 16 * 60_000;

/** Runs one flow into one mishap, lets it recover, and asks the world, the vault and the log what has come of it. */
export async function run(lane: Lane, of: Run): Promise<readonly Found[]> {
  const world = lane.worlds.all.find(({ name }) => name === of.world);
  if (world === undefined) throw new Error(`There is no world ${of.world}.`);
  const subject = await prepare(lane, { world, flow: of.flow });
  world.most();
  const unmet = await befall(lane, subject, of.mishap);
  disarm(lane, world);
  await recover(lane, subject);
  const found = await judge(lane, subject, of.ends);
  return unmet === null ? found : [...found, { wrong: "stuck", sentence: unmet }];
}

type Of<K extends Mishap["kind"]> = Extract<Mishap, { kind: K }>;

/** Lets it happen; a sentence when it could not be made to. */
async function befall(lane: Lane, subject: Subject, mishap: Mishap): Promise<string | null> {
  switch (mishap.kind) {
    case "fault":
      arm(lane, subject.world, mishap.fault);
      await recover(lane, subject);
      return null;
    case "killed":
      if (mishap.fault) arm(lane, subject.world, mishap.fault);
      return killed(lane, subject, mishap);
    case "paused":
      return paused(lane, subject, mishap);
    case "two workers":
      return twoWorkers(lane, subject, mishap);
    case "storm":
      return storm(lane, subject, mishap);
    case "squatter":
      return squatted(lane, subject, mishap);
  }
}

/** A real worker runs until it is killed, or has ended the request without being. */
async function killed(lane: Lane, subject: Subject, { at, builds = [] }: Of<"killed">): Promise<string | null> {
  const worker = lane.worker({ at, builds });
  return endedAs(worker, "SIGKILL", () => hasEnded(lane, subject));
}

async function endedAs(worker: WorkerProcess, wanted: string, over: () => Promise<boolean>): Promise<string | null> {
  let polls = 0;
  await worker.until(async () => worker.ended !== null || (++polls % 8 === 0 && (await over())), 60_000);
  await worker.until(() => worker.ended !== null, 500);
  const ended = worker.ended;
  await worker.kill();
  return ended === wanted ? null : `the worker was not killed there (${ended ?? "alive"}): ${worker.said.slice(-600)}`;
}

/** The worker sleeps past its lease; its step is another's before it wakes, and its old requests are too old for the target. */
async function paused(lane: Lane, subject: Subject, { at, builds = [] }: Of<"paused">): Promise<string | null> {
  const worker = lane.worker({ at, builds });
  const stopped = await worker.until(() => worker.stopped || worker.ended !== null, 60_000);
  if (!stopped || worker.ended !== null) {
    await worker.kill();
    return `the worker did not stop there: ${worker.said.slice(-600)}`;
  }
  const saga = lane.saga({ times: { leaseMs: 2_500, callTimeoutMs: 1_000 } });
  const [step] = await lane.database.admin`select id, fence, state from charter.steps
    where intent = ${subject.seeded.intent} and state in ('claimed', 'sent', 'done') order by ordinal desc limit 1`;
  const taken = async () => {
    const [now] = await lane.database.admin`select fence, state from charter.steps where id = ${step?.id}`;
    return now?.state === "done" && now.fence > step?.fence;
  };
  await recover(lane, subject, { saga, leases: false, enough: taken });
  subject.world.setAhead?.(signatureMs);
  worker.child.kill("SIGCONT");
  await pause(700);
  subject.world.setAhead?.(0);
  await recover(lane, subject, { saga, leases: false });
  await worker.kill();
  return null;
}

async function twoWorkers(lane: Lane, subject: Subject, { at }: Of<"two workers">): Promise<string | null> {
  const [first, second] = [lane.worker({ at }), lane.worker({})];
  await first.until(async () => first.ended !== null || (await hasEnded(lane, subject)), 20_000);
  await first.kill();
  await recover(lane, subject);
  await second.kill();
  return null;
}

/** Seeded: the same calls are hit at the same places each time. */
async function storm(lane: Lane, subject: Subject, { seed, at }: Of<"storm">): Promise<string | null> {
  const { world } = subject;
  for (const place of [world, lane.worlds.vault]) {
    const often = { operation: "*", times: 6, seed: seed + 1 } as const;
    place.fault({ ...often, chance: 0.12, effect: { kind: "reset", when: "after" } });
    place.fault({ ...often, chance: 0.08, effect: { kind: "unavailable", when: "after" } });
    place.fault({ ...often, chance: 0.08, effect: { kind: "throttle" } });
    place.fault({ ...often, chance: 0.05, effect: { kind: "denied" } });
  }
  const worker = lane.worker({ at });
  await worker.until(async () => worker.ended !== null || (await hasEnded(lane, subject)), 4_000);
  await worker.kill();
  await recover(lane, subject);
  return null;
}

/** Somebody has the name already. What they have is afterwards as it was: looked at here, since nothing of ours may be there. */
async function squatted(lane: Lane, subject: Subject, { copied }: Of<"squatter">): Promise<string | null> {
  const { world, seeded } = subject;
  const other = copied ? await markOfAnother(lane, world) : null;
  await world.squat(seeded.plan.name, other);
  const before = JSON.stringify(await world.look(seeded.plan.name, subject.storage));
  await recover(lane, subject);
  const after = JSON.stringify(await world.look(seeded.plan.name, subject.storage));
  await world.unsquat(seeded.plan.name);
  return before === after ? null : `what somebody else has under our name has changed: ${before} became ${after}`;
}

async function markOfAnother({ database }: Lane, world: CrashWorld) {
  const [row] = await database.admin`select mark from charter.intents
    where target = ${world.target.name} and kind = 'provision' and state = 'done' limit 1`;
  return row?.mark ?? null;
}
