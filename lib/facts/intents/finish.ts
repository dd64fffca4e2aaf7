import { type IdentityRow, lockIdentity, moveIdentity, readObjects } from "#db/store/identities.ts";
import { finishIntentRow, type IntentRow, readIntent, readSteps } from "#db/store/intents.ts";
import { lockState, readVersion } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { readCharter } from "#lib/domain/read-charter.ts";
import { finishedAs } from "#lib/domain/request.ts";
import { moveRequest } from "../requests/stand.ts";
import type { Work } from "../run.ts";
import { followCredentials } from "./inventory.ts";

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
async function factsOf(work: Work, intent: IntentRow, identity: IdentityRow): Promise<JsonObject> {
  const steps = await readSteps(work.tx, intent.id);
  return Object.assign({}, identity.facts, ...steps.map((step) => step.facts));
}

interface Change {
  readonly move: Parameters<typeof moveIdentity>[2];
  readonly action: `identity.${string}`;
  readonly detail: JsonObject;
  readonly entries: readonly Entry[];
}

async function afterwards(work: Work, intent: IntentRow, identity: IdentityRow): Promise<Change> {
  switch (intent.kind) {
    case "provision":
      return born(work, identity);
    case "retire":
      return {
        move: { event: "removed", retiredAt: work.now, removeAt: null },
        action: "identity.retired",
        detail: { externalId: identity.externalId },
        entries: await followCredentials(work, identity.id, { state: "removed" }),
      };
    case "suspend":
      return {
        move: { event: "suspended" },
        action: "identity.suspended",
        detail: {},
        entries: await followCredentials(work, identity.id, { state: "disabled" }),
      };
    case "resume":
      return {
        move: { event: "resumed" },
        action: "identity.resumed",
        detail: {},
        entries: await followCredentials(work, identity.id, { state: "active" }),
      };
    case "renew":
    case "transfer":
      return sealed(work, intent);
  }
}

/** The main object carries the identity's public name; its id at the target is the identity's. Its last step has read it back as planned. */
async function born(work: Work, identity: IdentityRow): Promise<Change> {
  const objects = await readObjects(work.tx, identity.id);
  const main = objects.find(({ name }) => name === identity.objectName);
  const externalId = main?.externalId ?? null;
  return {
    move: { event: "provisioned", liveAt: work.now, observedAt: work.now, externalId },
    action: "identity.live",
    detail: { externalId },
    entries: [],
  };
}

/** The identity takes over the charter of the request that changed it. */
async function sealed(work: Work, intent: IntentRow): Promise<Change> {
  const version = await readVersion(work.tx, intent.request, intent.requestVersion);
  const charter = readCharter(version?.charter);
  if ("refusals" in charter) throw new Error(`The charter of request ${intent.request} cannot be read.`);
  const { owner, endsAt } = charter.ok;
  const kept = { charter: charter.ok, charterRequest: intent.request, charterVersion: intent.requestVersion };
  if (intent.kind === "transfer") {
    const move = { event: "transferred", ...kept, owner, ownerAcceptedAt: work.now } as const;
    return { move, action: "identity.transferred", detail: { owner }, entries: [] };
  }
  return {
    move: { event: "renewed", ...kept, endsAt: new Date(endsAt), removeAt: null },
    action: "identity.renewed",
    detail: { endsAt },
    entries: await followCredentials(work, intent.identity, {
      ...(intent.plan.change.staysSuspended === true ? {} : { state: "active" as const }),
      endsAt: new Date(endsAt),
    }),
  };
}
