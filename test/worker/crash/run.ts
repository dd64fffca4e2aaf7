import { passTime } from "../saga-world.ts";
import { drifted } from "./drifting.ts";
import { type Lane, lagMs } from "./lane.ts";
import { arm, disarm, type Mishap, type Run, refuse } from "./mishaps.ts";
import { type Found, judge } from "./oracle.ts";
import type { WorkerProcess } from "./process.ts";
import { restarted } from "./restarting.ts";
import { hasEnded, prepare, recover, type Subject } from "./subject.ts";
import type { CrashWorld } from "./worlds.ts";

/** Longer than the signature of a request is taken for. */
const signatureMs = 16 * 60_000;

/** Runs one flow into one mishap, lets it recover, and asks the world, the vault and the log what has come of it. */
export async function run(lane: Lane, of: Run): Promise<{ found: readonly Found[]; unmet: boolean }> {
  const world = lane.worlds.all.find(({ name }) => name === of.world);
  if (world === undefined) throw new Error(`There is no world ${of.world}.`);
  const { flow, reorder } = of;
  const subject = await prepare(lane, reorder ? { world, flow, reorder } : { world, flow });
  world.most();
  const { mishap } = of;
  if (mishap.kind === "drift") return drifted(lane, subject, mishap);
  if (mishap.kind === "restarts") return { found: await restarted(lane, subject, mishap), unmet: false };
  const early = await befall(lane, subject, mishap);
  disarm(lane, world);
  await recover(lane, subject);
  return { found: [...(early ?? []), ...(await judge(lane, subject, of.ends))], unmet: early === null };
}

type Of<K extends Mishap["kind"]> = Extract<Mishap, { kind: K }>;

/** Lets it happen; what is wrong already then. Null when it did not come to that place. */
async function befall(
  lane: Lane,
  subject: Subject,
  mishap: Exclude<Mishap, { kind: "drift" | "restarts" }>,
): Promise<readonly Found[] | null> {
  switch (mishap.kind) {
    case "fault":
      arm(lane, subject.world, mishap.fault);
      await recover(lane, subject);
      return [];
    case "killed":
      return killed(lane, subject, mishap);
    case "paused":
      return paused(lane, subject, mishap);
    case "delivered twice":
      return paused(lane, subject, mishap, () => rain(lane));
    case "lagging":
      return lagging(lane, subject, mishap);
    case "two workers":
      return twoWorkers(lane, subject, mishap);
    case "storm":
      return storm(lane, subject, mishap);
    case "squatter":
      return squatted(lane, subject, mishap);
  }
}

/** A real worker runs until it is killed. What it leaves has no power yet unless its secret is stored. */
async function killed(lane: Lane, subject: Subject, of: Of<"killed">): Promise<readonly Found[] | null> {
  const { world, seeded, storage } = subject;
  if (of.after) await refuse(lane, subject, { fault: of.after, asked: of.asked === true });
  if (of.meets) arm(lane, world, of.meets);
  const build = of.builds ? { builds: of.builds } : {};
  const worker = await lane.worker({ at: of.at, ...build });
  const met = await wasKilled(worker, () => hasEndedLater(lane, subject));
  if (met && of.again !== undefined) return killedAgain(lane, subject, { at: of.at, again: of.again });
  const seen = await world.look(seeded.plan.name, storage);
  const early = subject.flow.before.length === 0 && seen.powerful && !seen.secretWorks;
  if (early) return [{ wrong: "lost", sentence: "it had power before its secret was stored" }];
  return met ? [] : null;
}

/**
 * The worker that took over is killed as well, right after it has stored its secret. That is kept, and where somebody may have
 * fetched it meanwhile it goes on working, unless the first one died on the point of writing: what two may have written is given up.
 */
async function killedAgain(
  lane: Lane,
  subject: Subject,
  { at, again }: { readonly at: string; readonly again: string },
): Promise<readonly Found[] | null> {
  await passTime(lane.database.admin, { days: 30 });
  const worker = await lane.worker({ at: again });
  if (!(await wasKilled(worker, () => hasEndedLater(lane, subject)))) return null;
  const { seeded, storage, flow } = subject;
  const current = () => storage && lane.worlds.vault.world().mounts[storage.mount]?.[storage.path]?.current;
  const stored = current();
  await recover(lane, subject);
  const isKept = stored === current() && (await subject.world.look(seeded.plan.name, storage)).secretWorks;
  if (isKept || flow.kind !== "rotate" || at.endsWith("vault put:C1")) return [];
  return [{ wrong: "lost", sentence: `what was stored as version ${stored} was given up: ${current()} is current` }];
}

/** Whether it has ended; what waits for a hold or another try need not wait longer. */
async function hasEndedLater(lane: Lane, subject: Subject): Promise<boolean> {
  await passTime(lane.database.admin, { days: 30, leases: false });
  return hasEnded(lane, subject);
}

/** Waits until it is killed, or all is over and it still lives. */
async function wasKilled(worker: WorkerProcess, over: () => Promise<boolean>): Promise<boolean> {
  let polls = 0;
  await worker.until(async () => worker.ended !== null || (++polls % 8 === 0 && (await over())), 180_000);
  await worker.until(() => worker.ended !== null, 500);
  const { ended } = worker;
  await worker.kill();
  if (ended?.startsWith("exit")) throw new Error(`The worker ended by itself (${ended}): ${worker.said.slice(-600)}`);
  return ended === "SIGKILL";
}

/** The worker sleeps past its lease; its step is another's before it wakes, and its old requests are too old for the target. */
async function paused(
  lane: Lane,
  subject: Subject,
  { at, builds = [] }: Of<"paused" | "delivered twice">,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<readonly Found[] | null> {
  const worker = await lane.worker({ at, builds });
  let polls = 0;
  const reached = async () =>
    worker.stopped || worker.ended !== null || (++polls % 8 === 0 && (await hasEndedLater(lane, subject)));
  await worker.until(reached, 180_000);
  if (!worker.stopped) {
    await worker.kill();
    return null;
  }
  const saga = lane.saga({ times: { leaseMs: 3_000, callTimeoutMs: 1_000 } });
  const [step] = await lane.database.admin`select id, fence, state from charter.steps
    where intent = ${subject.seeded.intent} and state in ('claimed', 'sent', 'done') order by ordinal desc limit 1`;
  const taken = async () => {
    const [now] = await lane.database.admin`select fence, state from charter.steps where id = ${step?.id}`;
    return now?.state === "done" && now.fence > step?.fence;
  };
  await meanwhile();
  await recover(lane, subject, { saga, leases: false, enough: taken });
  if (!(await taken())) {
    await worker.kill();
    return [{ wrong: "stuck", sentence: "nobody took its step over" }];
  }
  subject.world.setAhead?.(signatureMs);
  worker.child.kill("SIGCONT");
  await meanwhile();
  await worker.until(() => worker.ended !== null || worker.said.includes(`through ${step?.id} ${step?.fence}`), 20_000);
  subject.world.setAhead?.(0);
  await recover(lane, subject, { saga, leases: false });
  await worker.kill();
  return [];
}

/** The same hints, many times: to whoever listens, and at once to several that take what there is. */
async function rain({ database: { admin } }: Lane): Promise<void> {
  await Promise.all(Array.from({ length: 30 }, (_, place) => admin.notify(place % 2 === 0 ? "claims" : "facts", "")));
}

/** Nothing is put right before it has ended. */
async function lagging(lane: Lane, subject: Subject, { by, how, after }: Of<"lagging">): Promise<readonly Found[]> {
  if (after) arm(lane, subject.world, after);
  const place = by === "target" ? subject.world : lane.worlds.vault;
  await lane.signIn();
  place.fault({ operation: "*", effect: { kind: how, ms: lagMs }, times: null });
  await recover(lane, subject, { saga: lane.saga({ patient: true }), restMs: 2 * lagMs });
  return (await hasEnded(lane, subject)) ? [] : [{ wrong: "stuck", sentence: "it did not end while reads were late" }];
}

async function twoWorkers(lane: Lane, subject: Subject, { at }: Of<"two workers">): Promise<readonly Found[]> {
  const [first, second] = await Promise.all([lane.worker({ at }), lane.worker()]);
  await first.until(async () => first.ended !== null || (await hasEnded(lane, subject)), 20_000);
  await first.kill();
  await recover(lane, subject);
  await second.kill();
  return [];
}

/** Seeded: the same calls are hit at the same places each time, reads of some lag, and some have two workers. */
async function storm(lane: Lane, subject: Subject, { seed, at }: Of<"storm">): Promise<readonly Found[]> {
  const { world } = subject;
  const patient = seed % 3 === 1;
  for (const place of [world, lane.worlds.vault]) {
    const often = { operation: "*", times: 6, seed: seed + 1 } as const;
    place.fault({ ...often, chance: 0.12, effect: { kind: "reset", when: "after" } });
    place.fault({ ...often, chance: 0.08, effect: { kind: "unavailable", when: "after" } });
    place.fault({ ...often, chance: 0.08, effect: { kind: "throttle" } });
    place.fault({ ...often, chance: 0.05, effect: { kind: "denied" } });
    if (patient && (place !== world || world.lags))
      place.fault({ ...often, times: null, chance: 0.5, effect: { kind: "stale", ms: lagMs } });
  }
  const worker = await lane.worker({ at, patient });
  const second = seed % 4 === 3 ? await lane.worker({ patient }) : null;
  await worker.until(async () => worker.ended !== null || (await hasEnded(lane, subject)), 4_000);
  await worker.kill();
  if (seed % 2 === 0) await rain(lane);
  await recover(lane, subject, { saga: lane.saga({ patient }), ...(patient && { restMs: 2 * lagMs }) });
  await second?.kill();
  return [];
}

/** Somebody has the name already. What they have is afterwards as it was: looked at here, since nothing of ours may be there. */
async function squatted(lane: Lane, subject: Subject, { copied }: Of<"squatter">): Promise<readonly Found[]> {
  const { world, seeded } = subject;
  const other = copied ? await markOfAnother(lane, world) : null;
  await world.squat(seeded.plan.name, other);
  const before = JSON.stringify(await world.look(seeded.plan.name, subject.storage));
  await recover(lane, subject);
  const after = JSON.stringify(await world.look(seeded.plan.name, subject.storage));
  await world.unsquat(seeded.plan.name);
  if (before === after) return [];
  return [{ wrong: "lost", sentence: `what somebody else has under our name has changed: ${before} became ${after}` }];
}

async function markOfAnother({ database }: Lane, world: CrashWorld) {
  const [row] = await database.admin`select mark from charter.intents
    where target = ${world.target.name} and kind = 'provision' and state = 'done' limit 1`;
  return row?.mark ?? null;
}
