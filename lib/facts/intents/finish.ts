import { type IdentityRow, lockIdentity, moveIdentity } from "#db/store/identities.ts";
import { finishIntentRow, type IntentRow, readIntent, readSteps } from "#db/store/intents.ts";
import { lockState } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { finishedAs } from "#lib/domain/request.ts";
import { moveRequest } from "../requests/stand.ts";
import type { Work } from "../run.ts";
import { afterwards } from "./afterwards.ts";

/**
 * Ends an intent whose last step has just been done: moves its request and its identity, in the transaction of that
 * step's commit. Returns the entries that go with the step's own. Throws when the intent is not recorded.
 */
export async function finishIntent(work: Work, intentId: string): Promise<readonly Entry[]> {
  const intent = await readIntent(work.tx, intentId);
  const identity = intent === null ? null : await lockIdentity(work.tx, intent.identity);
  if (intent === null || identity === null) throw new Error(`The intent ${intentId} is not recorded.`);
  const facts = await factsOf(work, intent, identity);
  const version = await finishIntentRow(work.tx, intent.id, { state: "done", finishedAt: work.now });
  const moved = await moveRequest(work, await lockState(work.tx, intent.request), {
    ...{ request: intent.request, requestVersion: intent.requestVersion, state: finishedAs(intent.kind) },
    ...{ deadline: null, detail: {}, why: { intent: intent.id } },
  });
  const change = await afterwards(work, intent, identity);
  const changed = await moveIdentity(work.tx, identity, { ...change.move, facts });
  return [
    {
      noun: "intent",
      id: intent.id,
      version,
      action: "intent.done",
      detail: { request: intent.request, kind: intent.kind },
    },
    moved,
    {
      noun: "identity",
      id: identity.id,
      version: changed,
      action: change.action,
      detail: { intent: intent.id, request: intent.request, ...change.detail },
    },
    ...change.entries,
  ];
}

/** Facts of every step over those that earlier intents left. */
export async function factsOf(work: Work, intent: IntentRow, identity: IdentityRow): Promise<JsonObject> {
  const steps = await readSteps(work.tx, intent.id);
  return Object.assign({}, identity.facts, ...steps.map((step) => step.facts));
}
