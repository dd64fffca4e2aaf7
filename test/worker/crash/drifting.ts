import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { reconcile } from "#lib/worker/sweeps/reconcile.ts";
import { flowNamed } from "./flows.ts";
import type { Lane } from "./lane.ts";
import type { Mishap } from "./mishaps.ts";
import { type Found, judge } from "./oracle.ts";
import { hasEnded, intentState, recover, type Subject, seed, stepsDone, stuckWith, takeBack } from "./subject.ts";

type Drifting = Extract<Mishap, { kind: "drift" }>;
interface Outcome {
  readonly found: readonly Found[];
  readonly unmet: boolean;
}

/**
 * Somebody changes what was made between two steps. It must come to one of three ends, and to none without a word: put right; stuck with
 * a sentence, and over once that was put back or what is left was taken back or retired; or done, and reported by the sweep.
 */
export async function drifted(lane: Lane, subject: Subject, { after, drift: name }: Drifting): Promise<Outcome> {
  const drift = subject.world.drifts.find((one) => one.name === name);
  if (drift === undefined) throw new Error(`Nobody can do this: ${name}.`);
  const hit = { name: subject.seeded.plan.name, storage: subject.storage };
  await recover(lane, subject, { enough: async () => (await stepsDone(lane, subject)) >= after });
  if ((await hasEnded(lane, subject)) || !(await drift.may(hit))) return { found: [], unmet: true };
  const putBack = await drift.befall(hit);
  await recover(lane, subject, { enough: async () => (await stuckWith(lane, subject)) !== null });
  const met: Met = { stands: () => drift.stands(hit), putBack, isWanted: drift.likewise === subject.flow.kind };
  const found = (await hasEnded(lane, subject)) ? await ended(lane, subject, met) : await mended(lane, subject, met);
  return { found, unmet: false };
}

interface Met {
  stands(): Promise<boolean>;
  readonly putBack: (() => Promise<void>) | null;
  /** Whether the request does the same. */
  readonly isWanted: boolean;
}

/** It went to its end: all is as it should be, or the sweep says what is not. */
async function ended(lane: Lane, subject: Subject, { stands, putBack, isWanted }: Met): Promise<readonly Found[]> {
  const found = await judge(lane, subject, await endOf(lane, subject));
  const shows = await stands();
  if (found.length === 0 && (isWanted || !shows)) return [];
  const said = await swept(lane, subject);
  if (said === null) {
    const silent = { wrong: "lost", sentence: `it ended, and nobody is told (still shows: ${shows})` } as const;
    return [silent, ...found];
  }
  if (shows) await putBack?.();
  return retired(lane, subject);
}

/** It did not go on: people read why, and what they do about it ends it. */
async function mended(lane: Lane, subject: Subject, met: Met): Promise<readonly Found[]> {
  const { stands, putBack } = met;
  const said = await stuckWith(lane, subject);
  if (said === null || said === "" || said === "null")
    return [{ wrong: "stuck", sentence: "it neither ended nor says why" }];
  if (putBack !== null) {
    if (await stands()) await putBack();
    await recover(lane, subject);
  }
  if (await hasEnded(lane, subject)) return ended(lane, subject, met);
  if (subject.flow.kind !== "provision") return retired(lane, subject);
  if ((await intentState(lane, subject)) !== "undoing") await takeBack(lane, subject);
  await recover(lane, subject);
  const still = await stuckWith(lane, subject);
  return [
    ...(still === null ? [] : [{ wrong: "stuck", sentence: `first: ${said}; taken back: ${still}` } as const]),
    ...(await judge(lane, subject, "failed")),
  ];
}

async function endOf(lane: Lane, subject: Subject) {
  return (await intentState(lane, subject)) === "failed" ? ("failed" as const) : subject.flow.ends;
}

/** What was not mended is retired, as it would overtake what is stuck; nothing of it may be left. */
async function retired(lane: Lane, subject: Subject): Promise<readonly Found[]> {
  const { admin } = lane.database;
  await admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`update charter.steps set state = 'undone', stuck_at = null
      where intent = ${subject.seeded.intent} and state not in ('done', 'failed', 'undone')`;
    await sql`update charter.intents set state = 'done' where id = ${subject.seeded.intent} and state <> 'done'`;
  });
  const last = await seed(lane, { world: subject.world, flow: flowNamed("retire") }, subject);
  await recover(lane, last);
  return judge(lane, last, "retired");
}

/** While a target may only be late to show what was made, the sweep says nothing: it is asked for longer than that. */
const sweptWithinMs = 5_000;

/** What the sweep comes to report of it; null when nothing. Other identities of the target are not looked at: they are many. */
async function swept(lane: Lane, subject: Subject): Promise<string | null> {
  for (const end = performance.now() + sweptWithinMs; ; await pause(250)) {
    const said = await sweptOnce(lane, subject);
    if (said !== null || performance.now() > end) return said;
  }
}

async function sweptOnce({ database, places, config }: Lane, { seeded, world }: Subject): Promise<string | null> {
  const { admin } = database;
  const elsewhere = "elsewhere";
  const move = (from: string, to: string) =>
    admin.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update charter.identities set target = ${to} where target = ${from} and id <> ${seeded.identity}`;
    });
  const quiet = { info: () => undefined, fault: (_: string, error: unknown) => console.error(error) };
  await move(world.target.name, elsewhere);
  await reconcile({
    ...{ id: randomUUID(), db: database.worker, config, places, log: quiet, now: () => new Date(), newId: randomUUID },
    ...{ installation: { id: config.installation, portal: config.publicUrl }, markKeys: [], changed: () => undefined },
  } as never);
  await move(elsewhere, world.target.name);
  const [row] =
    await admin`select sentence from charter.findings where identity = ${seeded.identity} and closed_at is null`;
  return row === undefined ? null : String(row.sentence);
}
