import { performance } from "node:perf_hooks";
import type { Db } from "#db/client.ts";
import { factsFor, type IntentRow, type LeaseTimes, readStep, wallClock } from "#db/store/steps.ts";
import type { FlowStep, Intent, StepDone, StepWork, Target } from "#lib/connectors/connector.ts";
import { destroyOlder, forgetSecret } from "#lib/connectors/flow.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls } from "#lib/domain/target.ts";
import { checkpoint } from "#lib/facts/steps/checkpoint.ts";
import type { Vault } from "#lib/vaults/store.ts";
import { guardedCalls } from "./calls.ts";
import { type Claimed, commit, usualTimes } from "./claiming.ts";
import { placeOf } from "./crash.ts";
import { destroyBelow, issue, recheck, removeSlot, unissue } from "./credential.ts";
import { hasIssued, type Issued, type Issuing, isObject } from "./credential-storing.ts";
import type { Debit } from "./debits.ts";

export interface SagaOptions {
  readonly db: Db;
  /** This worker's id. */
  readonly worker: string;
  readonly newId: () => string;
  /** Connected targets and vaults by their configured names; throws `TargetFault` when one is not configured or not reachable. */
  target(name: string): Promise<Target>;
  vault(name: string): Promise<Vault>;
  /** Fingerprint of a place's entry as configured now; null when it is not configured, or has none. */
  entry(name: string): string | null;
  readonly times?: LeaseTimes;
  /** After each commit: screens may look. */
  changed?(): void;
  /** Faults that have no name; never contains a secret. */
  report?(error: unknown): void;
  random?(): number;
  /** Whether no step may be taken now. */
  halted?(): boolean;
  /** A connector's flow of this intent; the registry's unless a test has its own. */
  flow?(intent: IntentRow): readonly FlowStep[];
  /** Each call's step and name, for tests that enumerate them. */
  heard?(step: string, call: string): void;
}

/** What the steps of one saga share. */
export interface SagaTools extends SagaOptions {
  readonly debit: Debit;
}

export interface Running {
  readonly claimed: Claimed;
  readonly intent: IntentRow;
}
export interface Ran {
  readonly done: StepDone;
  readonly stored: Issued["stored"] | null;
}

/** Runs one step of a flow: the connector's own, or the credential protocol where the flow says `issue`. */
export async function runStep(options: SagaTools, running: Running): Promise<Ran> {
  refuseOtherPlace(options, running);
  const { kind, name } = running.claimed.row;
  if (name === forgetSecret.name) return { done: await forget(options, running), stored: null };
  if (name === destroyOlder.name) return { done: await destroy(options, running), stored: null };
  const target = await options.target(running.claimed.row.target);
  const work = await workFor(options, running);
  if (kind === "issue") {
    const issued = await issue(await issuingFor(options, running, { target, work }));
    return { done: issued, stored: issued.stored };
  }
  const step = target.steps[name];
  if (step === undefined) throw new TargetFault("invalid", "no-such-step", `This target knows no step "${name}".`);
  const again = kind === "empower" ? await recheckBefore(options, running, { target, work }) : null;
  if (again === null) return { done: await step.run(work), stored: null };
  const done = await step.run({ ...work, facts: { ...work.facts, ...again.facts } });
  return { done: { ...done, ended: [...(again.ended ?? []), ...(done.ended ?? [])] }, stored: again.stored };
}

/**
 * What was approved for one account is never made in another: a step that adds, and its taking back, waits, visibly stuck,
 * while the entry of its target or vault is not the one in the plan. Steps that take away go on.
 */
function refuseOtherPlace({ entry }: SagaTools, { claimed, intent }: Running): void {
  const { kind } = claimed.row;
  if (kind !== "create" && kind !== "issue" && kind !== "empower") return;
  const { target, storage, entries } = intent.plan;
  const places = [
    { name: target, approved: entries.target },
    { name: storage?.vault ?? "", approved: entries.vault },
  ];
  for (const { name, approved } of places) {
    const now = entry(name);
    if (now === null || approved === null || now === approved) continue;
    const sentence = `The configuration of ${name} has changed since this was approved. Put its entry back to go on.`;
    throw new TargetFault("denied", "entry-changed", sentence);
  }
}

/** Takes one step back, in reverse order of the flow, and only where it was made: in another place there is nothing to find. */
export async function undoStep(options: SagaTools, running: Running): Promise<void> {
  refuseOtherPlace(options, running);
  const target = await options.target(running.claimed.row.target);
  const work = await workFor(options, running);
  if (running.claimed.row.kind === "issue") return unissue(await issuingFor(options, running, { target, work }));
  await target.steps[running.claimed.row.name]?.undo?.(work);
}

async function workFor(options: SagaTools, { claimed, intent }: Running): Promise<StepWork> {
  const facts = await factsFor(options.db, { intent: intent.id, identity: intent.identity, last: claimed.row.id });
  return {
    intent: intentOf(intent),
    plan: intent.plan,
    facts,
    checkpoint: (more) =>
      commit({ db: options.db, step: claimed.row.id, newId: options.newId }, checkpoint, {
        ...claimed.owned,
        facts: more,
      }),
    calls: callsTo(options, claimed, { gate: claimed.row.target, paid: true }),
  };
}

const intentOf = (row: IntentRow): Intent => ({
  id: row.id,
  kind: row.kind,
  identity: row.identity,
  target: row.target,
  name: row.plan.name,
  plan: row.plan,
  planDigest: row.planDigest,
  mark: row.mark,
  markedAt: row.markedAt.toISOString(),
});

function callsTo(
  options: SagaTools,
  { row, lease }: Claimed,
  to: { readonly gate: string; readonly paid: boolean },
): Calls {
  const lane = row.lane === 0 ? 0 : 1;
  return guardedCalls({
    step: placeOf(row),
    lease,
    debit: () => options.debit(to.gate, lane),
    timeoutMs: (options.times ?? usualTimes).callTimeoutMs,
    paid: to.paid,
    heard: (name) => options.heard?.(placeOf(row), name),
  });
}

async function issuingFor(
  options: SagaTools,
  { claimed, intent }: Running,
  of: { readonly target: Target; readonly work: StepWork },
): Promise<Issuing> {
  const { storage } = intent.plan;
  const { credential } = of.target;
  if (storage === null || credential === undefined)
    throw new TargetFault("invalid", "no-storage", "The plan makes a secret and names no place for it.");
  const start = { wall: await wallClock(options.db), at: performance.now() };
  const now = () => start.wall + (performance.now() - start.at);
  return {
    work: of.work,
    credential,
    vault: await options.vault(storage.vault),
    vaultCalls: callsTo(options, claimed, { gate: storage.vault, paid: false }),
    slot: { mount: storage.mount, path: storage.path },
    custom: {
      identity: intent.identity,
      intent: intent.id,
      installation: intent.mark.installation,
      name: intent.plan.name,
      endsAt: intent.plan.endsAt,
    },
    now,
    leaseEndsAt: () => now() + Math.max(0, claimed.lease.leftMs()),
    committed: async () => (await readStep(options.db, claimed.row.id))?.facts ?? {},
    lastCalls: unleasedCalls((options.times ?? usualTimes).callTimeoutMs),
  };
}

/** For deleting a key that no committed row names, and for nothing else. */
const unleasedCalls = (timeoutMs: number): Calls => ({
  make: (_, call) => call({ signal: AbortSignal.timeout(timeoutMs), timeoutMs, aboutToSend: () => undefined }),
});

/** Before an identity first gets power: its recorded credential exactly, and its secret in the vault (CORE 4, step 6). */
async function recheckBefore(
  options: SagaTools,
  running: Running,
  of: { readonly target: Target; readonly work: StepWork },
): Promise<Issued | null> {
  if (running.intent.kind !== "provision" || !hasIssued(of.work.facts)) return null;
  return recheck(await issuingFor(options, running, of));
}

/** The slot of a secret, for a step that asks its vault alone. */
async function slotOf(options: SagaTools, { claimed, intent }: Running) {
  const { storage } = intent.plan;
  if (storage === null) throw new TargetFault("invalid", "no-storage", "Nothing was stored for this identity.");
  return {
    vault: await options.vault(storage.vault),
    vaultCalls: callsTo(options, claimed, { gate: storage.vault, paid: false }),
    slot: { mount: storage.mount, path: storage.path },
    custom: { identity: intent.identity },
    name: storage.vault,
  };
}

/** Removes the secret's slot with all versions and reads that it is gone; the target is not asked. */
async function forget(options: SagaTools, running: Running): Promise<StepDone> {
  const { name, ...at } = await slotOf(options, running);
  await removeSlot(at);
  if ((await at.vault.read(at.slot, at.vaultCalls)) !== null)
    throw new TargetFault("unavailable", "still-there", "The vault still tells of versions of this secret.");
  return { facts: {}, evidence: `${at.slot.mount}/${at.slot.path} holds nothing in ${name} any more.` };
}

/** Destroys what the rotation has replaced. Its credential was ended before, so that what stays opens nothing. */
async function destroy(options: SagaTools, running: Running): Promise<StepDone> {
  const { claimed, intent } = running;
  const { credential } = await factsFor(options.db, {
    intent: intent.id,
    identity: intent.identity,
    last: claimed.row.id,
  });
  const recorded = isObject(credential) && typeof credential.version === "number" ? credential.version : 0;
  const destroyed = await destroyBelow(await slotOf(options, running), recorded);
  const evidence =
    destroyed === null
      ? `The vault did not let the versions below ${recorded} be destroyed. What they hold was ended at the target.`
      : `No version below ${recorded} can be read any more.`;
  return { facts: {}, evidence };
}
