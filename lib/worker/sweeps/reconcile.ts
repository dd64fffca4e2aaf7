import { databaseClock } from "#db/store/audit.ts";
import { saveTargetSweep } from "#db/store/configuration.ts";
import {
  closeUnseen,
  readKept,
  readSettled,
  readSettledNames,
  type SeenFinding,
  seeFinding,
} from "#db/store/findings.ts";
import { type HeldTo, type Marked, readHeldTo, readMarked } from "#db/store/intents.ts";
import { readOutlivedBy } from "#db/store/mutes.ts";
import type { Intent, Observed, ObservedObject, Target, Whole } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { StorageSlot } from "#lib/domain/plan.ts";
import {
  compare,
  goneCredentials,
  sayUnrecorded,
  slotDiffers,
  unrecordedCredentials,
  whatOfTaken,
  whyStray,
} from "#lib/domain/reconciliation.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Calls, Mark } from "#lib/domain/target.ts";
import { keepObservation } from "#lib/facts/identities/observe.ts";
import type { Command } from "#lib/facts/run.ts";
import { runFact, system } from "#lib/facts/run.ts";
import type { SlotState } from "#lib/vaults/store.ts";
import { verifyMark } from "../marks.ts";
import type { Worker } from "../worker.ts";
import { sweepCallsAt } from "./check-places.ts";
import { eachTarget } from "./each-target.ts";
import { endOutlived } from "./mutes.ts";
import { intentOf, keepWritten, slotSeen } from "./observing.ts";
import { stillTaken } from "./squatters.ts";
import { suspendForStrangers } from "./strangers.ts";

type Settled = Awaited<ReturnType<typeof readSettled>>[number];
/** Identities of one target that are looked at side by side; how fast is up to the target's gate. */
const observers = 8;
type NewFinding = Omit<SeenFinding, "id" | "target">;

/**
 * Compares every target with what is recorded: our marks without a record, records without an object, objects that differ. Targets side
 * by side, so that a slow one holds up no other.
 */
export async function reconcile(worker: Worker): Promise<void> {
  await eachTarget(worker, "reconcile", (name) => reconcileTarget(worker, name));
  worker.changed();
}

/**
 * Reads of whom, lists, then reads the rows: an object that is recorded meanwhile is never taken for a stray. Of whom one reading of
 * the whole was not asked it lists no credentials: nothing is said or closed of that identity in this sweep.
 */
async function reconcileTarget(worker: Worker, name: string): Promise<void> {
  const startedAt = await databaseClock(worker.db);
  const target = await worker.places.target(name);
  const callsAt = sweepCallsAt(worker);
  const names = await readSettledNames(worker.db, name);
  const whole = (await target.readWhole?.(callsAt(name), names)) ?? null;
  const objects = whole?.objects ?? (await all(target.discover(callsAt(name))));
  await reportUnrecorded(worker, { target: name, objects, at: startedAt });
  const credentials = new Map(objects.map((object) => [object.externalId, object.credentials]));
  const listedOf = (externalId: string) => credentials.get(externalId) ?? null;
  const settled = comparedWith(worker, whole, await readSettled(worker.db, name));
  const unknown: string[] = [];
  const observe = async () => {
    for await (const { identity, agreed } of settled) {
      const isAsked = whole === null || names.has(identity.objectName);
      const observing = { name, target, identity, listedOf, agreed, callsAt, at: startedAt };
      const known = isAsked && (await observeOne(worker, observing));
      if (!known) unknown.push(identity.id);
    }
  };
  await Promise.all(Array.from({ length: observers }, observe));
  const taken = await stillTaken(worker, { name, target, callsAt, at: startedAt });
  await closeUnseen(worker.db, name, { since: startedAt, kept: [...unknown, ...taken] });
  const context = { db: worker.db, newId: worker.newId, actor: system, subject: { noun: "target", id: name } } as const;
  await runFact(context, keepSweep, { name });
}

interface Agreed {
  readonly observed: Extract<Observed, { readonly state: "ours" }>;
  readonly storage: StorageSlot | null;
}
/** Identities whose plans are read at once. */
const together = 100;

/**
 * Compares each with what one reading of the whole target showed. What agrees, and agreed last time, is known by that; whatever is
 * missing there or differs is left to a reading of its own.
 */
async function* comparedWith(
  worker: Worker,
  whole: Whole | null,
  settled: readonly Settled[],
): AsyncGenerator<{ readonly identity: Settled; readonly agreed: Agreed | null }> {
  for (let from = 0; from < settled.length; from += together) {
    const some = settled.slice(from, from + together);
    const ids = some.map(({ id }) => id);
    const plans = whole === null ? null : await readHeldTo(worker.db, ids);
    for (const identity of some) yield { identity, agreed: await agreedOn(identity, whole, plans?.get(identity.id)) };
  }
}

async function agreedOn(identity: Settled, whole: Whole | null, held: HeldTo | undefined): Promise<Agreed | null> {
  if (whole === null || held === undefined || identity.differences.length > 0) return null;
  const intent = intentOf(held);
  const observed = await whole.observe(intent);
  if (observed?.state !== "ours" || compare(observed, identity).differences.length > 0) return null;
  return { observed, storage: intent.plan.storage };
}

async function all<T>(listing: AsyncIterable<T>): Promise<readonly T[]> {
  const listed: T[] = [];
  for await (const one of listing) listed.push(one);
  return listed;
}

const keepSweep: Command<{ readonly name: string }, null> = async (work, { name }) => {
  const version = await saveTargetSweep(work.tx, name, work.now);
  if (version === null) return refuse({ code: "not-found", sentence: `There is no target ${name}.` });
  return { ok: await work.record(null, { noun: "target", id: name, version, action: "target.swept", detail: {} }) };
};

interface Unrecorded {
  readonly target: string;
  readonly objects: readonly ObservedObject[];
  readonly at: Date;
}

/** An object that carries our installation's mark must be one of a recorded intent, and the mark must verify. */
async function reportUnrecorded(worker: Worker, { target, objects, at }: Unrecorded): Promise<void> {
  const marked = objects.flatMap((object) =>
    object.mark?.installation === worker.config.installation ? [{ object, mark: object.mark }] : [],
  );
  for (let from = 0; from < marked.length; from += together) {
    const some = marked.slice(from, from + together);
    const intents = await readMarked(
      worker.db,
      some.map(({ mark }) => mark.intent),
    );
    for (const { object, mark } of some) {
      const stray = strayOf(worker, { target, object, mark, intent: intents.get(mark.intent) });
      if (stray === null) continue;
      const evidence = { externalId: object.externalId, createdAt: object.createdAt, intent: mark.intent };
      await see(worker, target, { finding: { ...stray, identity: null, object: object.externalId, evidence }, at });
    }
  }
}

interface Claimed {
  readonly target: string;
  readonly object: ObservedObject;
  readonly mark: Mark;
  readonly intent: Marked | undefined;
}

function strayOf({ markKeys }: Worker, { target, object: { name }, mark, intent }: Claimed) {
  const ours = intent !== undefined && intent.target === target && intent.name === name;
  const proved =
    ours && verifyMark(markKeys, mark, { target, name, intent: mark.intent, planDigest: intent.planDigest });
  return whyStray({ name, proved, failed: intent?.state === "failed" });
}

interface Observing {
  readonly name: string;
  readonly target: Target;
  readonly identity: Settled;
  /** What was listed of an object's credentials, before any record was read; null where it was not listed itself. */
  readonly listedOf: (externalId: string) => ObservedObject["credentials"] | null;
  /** What the reading of the whole target showed of it; null when it must be read by itself. */
  readonly agreed: Agreed | null;
  readonly callsAt: (place: string) => Calls;
  readonly at: Date;
}

interface Listed extends Observing {
  readonly listed: ObservedObject["credentials"] | null;
}

/** False while nothing can be said of it. */
async function observeOne(worker: Worker, observing: Observing): Promise<boolean> {
  const { name, identity, at } = observing;
  const read = observing.agreed ?? (await readByItself(worker, observing));
  if (read === null) return false;
  const { observed, storage } = read;
  const { kind: found, differences: differing } = compare(observed, identity);
  const further =
    observed.state === "ours"
      ? await credentialsOf(worker, { ...observing, listed: observing.listedOf(observed.externalId) }, storage)
      : [];
  const differences = [...differing, ...further];
  if (isNews(identity, differences, at)) await keep(worker, identity, differences);
  const [first] = differences;
  if (first === undefined) return true;
  const about = { identity: identity.id, object: identity.objectName, evidence: { differences } };
  const sentence = found === "squatter" ? `${first} ${whatOfTaken}` : first;
  await see(worker, name, { finding: { ...about, kind: found, sentence }, at });
  return true;
}

/** Null while nothing can be said of it. */
async function readByItself(worker: Worker, { name, target, identity, callsAt }: Observing) {
  const held = (await readHeldTo(worker.db, [identity.id])).get(identity.id);
  if (held === undefined) return null;
  const intent = intentOf(held);
  const observed = await target.observe(intent, callsAt(name));
  return observed.state === "unknown-yet" ? null : { observed, storage: intent.plan.storage };
}

/** What is to be said of its credentials and of the secret in the vault, a sentence each. */
async function credentialsOf(worker: Worker, observing: Listed, storage: StorageSlot | null) {
  const { name, target, identity, listed } = observing;
  const strange = unrecordedCredentials(listed ?? [], identity.recorded);
  const lost = await lostOf(worker, observing, storage);
  if (strange.length > 0) await suspendForStrangers(worker, { name, target, identity, strange });
  return [...strange.map(sayUnrecorded), ...lost];
}

/**
 * What an identity can no longer use: a credential that is gone from the target, a secret that is gone from the vault or is
 * another's. Target and vault are asked first, the rows are read then.
 */
async function lostOf(
  worker: Worker,
  { target, identity, listed, callsAt, at }: Listed,
  storage: StorageSlot | null,
): Promise<readonly string[]> {
  if (identity.state === "retiring" || storage === null) return [];
  const slot = await slotSeen(worker, storage, callsAt);
  if (slot) await keepWritten(worker, { identity: identity.id, vault: storage.vault, slot, before: identity.slot, at });
  const kept = await readKept(worker.db, identity.id, at);
  if (kept === null) return [];
  const { credential } = target;
  const lateMs = credential?.protocol === "server-chosen" ? credential.consistencyMs : 0;
  const inForce = kept.filter(
    ({ state, issuedAt }) => state === "active" && issuedAt.getTime() + lateMs < at.getTime(),
  );
  const place = `${storage.mount}/${storage.path}`;
  // While the vault does not answer, what was seen of it last stands.
  const before = identity.differences.filter((said) => said.startsWith(`${place} `));
  const differs =
    slot === undefined ? before : [slotDiffers({ place, identity: identity.id }, slot, kept) ?? []].flat();
  return [...(listed === null ? [] : goneCredentials(listed, inForce)), ...differs];
}

/** An unchanged answer is kept once an hour: each one is an audit entry. */
const isNews = ({ observedAt, differences }: Settled, seen: readonly string[], at: Date): boolean =>
  observedAt === null || at.getTime() - observedAt.getTime() >= 3_600_000 || differences.join("\n") !== seen.join("\n");

async function keep({ db, newId }: Worker, identity: Settled, differences: readonly string[]): Promise<void> {
  const context = { db, newId, actor: system, subject: { noun: "identity", id: identity.id } } as const;
  await runFact(context, keepObservation, { identity: identity.id, version: identity.version, differences });
}

async function see(
  worker: Worker,
  target: string,
  { finding, at }: { readonly finding: NewFinding; readonly at: Date },
): Promise<void> {
  const seen = { ...finding, id: worker.newId(), target };
  const outlived = await readOutlivedBy(worker.db, seen, at);
  if (outlived !== null) await endOutlived(worker, [outlived]);
  await seeFinding(worker.db, seen, at);
}
