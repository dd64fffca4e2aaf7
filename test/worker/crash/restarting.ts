import { setTimeout as pause } from "node:timers/promises";
import type { Lane } from "./lane.ts";
import type { Mishap } from "./mishaps.ts";
import { type Found, judge } from "./oracle.ts";
import { hasEnded, recover, type Subject, seed } from "./subject.ts";

/** Requests that are under way at once. */
const requests = 4;
/** After so many stops it is left alone; longest pause before one, ms. */
const stops = 5;
const longest = 900;

/**
 * The database server is stopped at once again and again while two real workers have several requests in hand. They are running by then:
 * one that finds no database as it starts ends, and is started again by whoever looks after it.
 */
export async function restarted(
  lane: Lane,
  first: Subject,
  { seed: from }: Extract<Mishap, { kind: "restarts" }>,
): Promise<readonly Found[]> {
  const workers = await Promise.all([lane.worker({ builds: ["hasty"] }), lane.worker({ builds: ["hasty"] })]);
  for (const worker of workers)
    await worker.until(() => worker.ended !== null || worker.said.includes('"started"'), 180_000);
  const subjects = [first];
  while (subjects.length < requests) subjects.push(await seed(lane, first));
  let draw = from + 1;
  for (let turn = 0; turn < stops; turn += 1) {
    draw = (draw * 48_271) % 2_147_483_647;
    await pause(50 + (draw % longest));
    await lane.restart();
  }
  const allEnded = async () => (await Promise.all(subjects.map((one) => hasEnded(lane, one)))).every(Boolean);
  await workers[0]?.until(() => allEnded().catch(() => false), 60_000);
  const found: Found[] = workers.flatMap(({ ended, said }) =>
    ended === null ? [] : [{ wrong: "stuck", sentence: `a worker ended by itself (${ended}): ${said.slice(-600)}` }],
  );
  await Promise.all(workers.map((worker) => worker.kill()));
  for (const subject of subjects) await recover(lane, subject);
  const standing = lane.standing.get(first.world.name) ?? new Set<string>();
  lane.standing.set(first.world.name, standing);
  for (const { seeded } of subjects) standing.add(seeded.plan.name);
  for (const subject of subjects) found.push(...(await judge(lane, subject, subject.flow.ends)));
  return found;
}
