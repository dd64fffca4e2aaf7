import { changeStep, followingStep, type IntentRow, readyStep, type StepRow } from "#db/store/steps.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { EndedCredential, ObjectState } from "#lib/connectors/connector.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { finishIntent } from "../intents/finish.ts";
import { beginHold } from "../intents/hold.ts";
import { endCredentials, recordCredential, recordObjects } from "../intents/inventory.ts";
import type { Command, Work } from "../run.ts";
import { lockOwned, type Owned } from "./owned.ts";

export interface Finished extends Owned {
  readonly facts: JsonObject;
  readonly evidence: string;
  readonly objects: readonly ObjectState[];
  readonly ended: readonly EndedCredential[];
  /** A credential whose secret now lies in the vault. */
  readonly stored: { readonly externalId: string; readonly version: number } | null;
  /** Whether the following step waits for the end of a hold; the flow says it. */
  readonly thenHolds: boolean;
}

/** Commits a step's result; makes the following step ready, or ends the intent. */
export const finish: Command<Finished, null> = async (work, finished) => {
  const { step, intent } = await lockOwned(work, finished, ({ state }) => state === "done");
  const version = await changeStep(work.tx, step.id, {
    state: "done",
    facts: { ...step.facts, ...finished.facts },
    evidence: finished.evidence,
    fault: null,
    stuckAt: null,
    leaseUntil: null,
    finishedAt: work.now,
  });
  const detail = { intent: step.intent, name: step.name, fence: finished.fence, evidence: finished.evidence };
  const own = { identity: intent.identity, intent: intent.id };
  const recorded = [
    ...(await recordObjects(work, own, finished.objects)),
    ...(await storedEntries(work, intent, finished)),
    ...(await endCredentials(work, intent.identity, finished.ended)),
  ];
  const next = await whatFollows(work, { step, intent, finished });
  return {
    ok: await work.record(
      null,
      { noun: "step", id: step.id, version, action: "step.done", detail },
      ...recorded,
      ...next,
    ),
  };
};

async function storedEntries(work: Work, intent: IntentRow, { stored }: Finished): Promise<readonly Entry[]> {
  const { storage, endsAt } = intent.plan;
  if (stored === null || storage === null) return [];
  const where = { vault: storage.vault, mount: storage.mount, path: storage.path, vaultVersion: stored.version };
  return recordCredential(work, {
    identity: intent.identity,
    intent: intent.id,
    externalId: stored.externalId,
    ...where,
    endsAt: new Date(endsAt),
  });
}

async function whatFollows(
  work: Work,
  { step, intent, finished }: { readonly step: StepRow; readonly intent: IntentRow; readonly finished: Finished },
): Promise<readonly Entry[]> {
  if (intent.state !== "running") return [];
  const next = await followingStep(work.tx, intent.id, step.ordinal);
  if (next === null) return finishIntent(work, intent.id);
  const hold = finished.thenHolds ? await beginHold(work, intent.id) : null;
  await readyStep(work.tx, next.id, hold?.until ?? null);
  return hold?.entries ?? [];
}
