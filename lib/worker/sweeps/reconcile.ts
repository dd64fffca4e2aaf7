import { databaseClock } from "#db/store/audit.ts";
import { saveTargetSweep } from "#db/store/configuration.ts";
import { closeUnseen, readKept, readSettled, type SeenFinding, seeFinding } from "#db/store/findings.ts";
import { readFoundingIntent, readIntent, readPresentPlan } from "#db/store/intents.ts";
import type { Intent, ObservedObject, Target } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { StorageSlot } from "#lib/domain/plan.ts";
import {
  compare,
  goneCredentials,
  sayUnrecorded,
  slotDiffers,
  unrecordedCredentials,
  whyStray,
} from "#lib/domain/reconciliation.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { keepObservation } from "#lib/facts/identities/observe.ts";
import type { Command } from "#lib/facts/run.ts";
import { runFact, system } from "#lib/facts/run.ts";
import type { SlotState } from "#lib/vaults/store.ts";
import { verifyMark } from "../marks.ts";
import type { Worker } from "../worker.ts";
import { sweepCalls } from "./check-places.ts";
import { eachTarget } from "./each-target.ts";
import { suspendForStrangers } from "./strangers.ts";

type Settled = Awaited<ReturnType<typeof readSettled>>[number];
/** Identities of one target that are looked at side by side; how fast is up to the target's gate. */
const observers = 4;
type NewFinding = Omit<SeenFinding, "id" | "target">;

/**
 * Compares every target with what is recorded: our marks without a record, records without an object, objects that differ. Targets side
 * by side, so that a slow one holds up no other.
 */
export async function reconcile(worker: Worker): Promise<void> {
  await eachTarget(worker, "reconcile", (name) => reconcileTarget(worker, name));
  worker.changed();
}

/** Lists first, then reads the rows: an object that is recorded meanwhile is never taken for a stray. */
async function reconcileTarget(worker: Worker, name: string): Promise<void> {
  const startedAt = await databaseClock(worker.db);
  const target = await worker.places.target(name);
  const objects: ObservedObject[] = [];
  for await (const object of target.discover(sweepCalls(worker, name))) objects.push(object);
  for (const object of objects) await reportUnrecorded(worker, { target: name, object, at: startedAt });
  const credentials = new Map(objects.map((object) => [object.name, object.credentials]));
  const settled = (await readSettled(worker.db, name)).values();
  const observe = async () => {
    for (const identity of settled) {
      const listed = credentials.get(identity.objectName) ?? [];
      await observeOne(worker, { name, target, identity, listed, at: startedAt });
    }
  };
  await Promise.all(Array.from({ length: observers }, observe));
  await closeUnseen(worker.db, name, startedAt);
  const context = { db: worker.db, newId: worker.newId, actor: system, subject: { noun: "target", id: name } } as const;
  await runFact(context, keepSweep, { name });
}

const keepSweep: Command<{ readonly name: string }, null> = async (work, { name }) => {
  const version = await saveTargetSweep(work.tx, name, work.now);
  if (version === null) return refuse({ code: "not-found", sentence: `There is no target ${name}.` });
  return { ok: await work.record(null, { noun: "target", id: name, version, action: "target.swept", detail: {} }) };
};

interface Unrecorded {
  readonly target: string;
  readonly object: ObservedObject;
  readonly at: Date;
}

/** An object that carries our installation's mark must be one of a recorded intent, and the mark must verify. */
async function reportUnrecorded(worker: Worker, { target, object, at }: Unrecorded): Promise<void> {
  const { mark, name } = object;
  if (mark === null || mark.installation !== worker.config.installation) return;
  const intent = await readIntent(worker.db, mark.intent).catch(() => null);
  const evidence = { externalId: object.externalId, createdAt: object.createdAt, intent: mark.intent };
  const ours = intent !== null && intent.target === target && intent.plan.name === name;
  const proved =
    ours && verifyMark(worker.markKeys, mark, { target, name, intent: mark.intent, planDigest: intent.planDigest });
  const stray = whyStray({ name, proved, failed: intent?.state === "failed" });
  if (stray === null) return;
  await see(worker, target, { finding: { ...stray, identity: null, object: object.externalId, evidence }, at });
}

interface Observing {
  readonly name: string;
  readonly target: Target;
  readonly identity: Settled;
  /** What was listed of its credentials, before its records were read. */
  readonly listed: ObservedObject["credentials"];
  readonly at: Date;
}

async function observeOne(worker: Worker, { name, target, identity, listed, at }: Observing): Promise<void> {
  const founding = await readFoundingIntent(worker.db, identity.id);
  if (founding === null) return;
  const { id, kind, planDigest, mark } = founding;
  const plan = (await readPresentPlan(worker.db, identity.id))?.plan ?? founding.plan;
  const intent: Intent = {
    ...{ id, kind, identity: identity.id, target: name, name: plan.name, plan, planDigest, mark },
    markedAt: founding.markedAt.toISOString(),
  };
  const observed = await target.observe(intent, sweepCalls(worker, name));
  if (observed.state === "unknown-yet") return;
  const { kind: found, differences: differing } = compare(observed, identity);
  const strange = observed.state === "ours" ? unrecordedCredentials(listed, identity.recorded) : [];
  const lost = observed.state === "ours" ? await lostOf(worker, { target, identity, listed, at }, plan.storage) : [];
  const differences = [...differing, ...strange.map(sayUnrecorded), ...lost];
  if (strange.length > 0) await suspendForStrangers(worker, { name, target, identity, strange });
  if (isNews(identity, differences, at)) await keep(worker, identity, differences);
  const [first] = differences;
  if (first === undefined) return;
  const about = { identity: identity.id, object: identity.objectName, evidence: { differences } };
  await see(worker, name, { finding: { ...about, kind: found, sentence: first }, at });
}

/**
 * What an identity can no longer use: a credential that is gone from the target, a secret that is gone from the vault or is
 * another's. Target and vault are asked first, the rows are read then.
 */
async function lostOf(
  worker: Worker,
  { target, identity, listed, at }: Omit<Observing, "name">,
  storage: StorageSlot | null,
): Promise<readonly string[]> {
  if (identity.state === "retiring" || storage === null) return [];
  const slot = await slotSeen(worker, storage);
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
  return [...goneCredentials(listed, inForce), ...differs];
}

async function slotSeen(worker: Worker, { vault, mount, path }: StorageSlot): Promise<SlotState | null | undefined> {
  try {
    return await (await worker.places.vault(vault)).read({ mount, path }, sweepCalls(worker, vault));
  } catch (error) {
    if (error instanceof TargetFault) return undefined;
    throw error;
  }
}

/** An unchanged answer is kept once an hour: each one is an audit entry. */
const isNews = ({ observedAt, differences }: Settled, seen: readonly string[], at: Date): boolean =>
  observedAt === null || at.getTime() - observedAt.getTime() >= 3_600_000 || differences.join("\n") !== seen.join("\n");

async function keep({ db, newId }: Worker, identity: Settled, differences: readonly string[]): Promise<void> {
  const context = { db, newId, actor: system, subject: { noun: "identity", id: identity.id } } as const;
  await runFact(context, keepObservation, { identity: identity.id, version: identity.version, differences });
}

const see = (worker: Worker, target: string, of: { readonly finding: NewFinding; readonly at: Date }) =>
  seeFinding(worker.db, { ...of.finding, id: worker.newId(), target }, of.at);
