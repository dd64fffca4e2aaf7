import { lockIdentity, updateIdentity } from "#db/store/identities.ts";
import { type IntentRow, readIntent } from "#db/store/intents.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { holdEnds, overlapEnds } from "#lib/domain/lifecycle.ts";
import { replacedBy } from "#lib/domain/provisioning/rotation.ts";
import type { Work } from "../run.ts";
import { factsOf } from "./finish.ts";
import { followCredentials, keepBeside } from "./inventory.ts";

export interface Hold {
  /** When what follows may start, by the business clock. */
  readonly until: Date;
  readonly entries: readonly Entry[];
}

/**
 * What comes before a hold is done and the hold begins: a retirement's, whose identity is disabled, or a rotation's overlap,
 * whose new credential is stored. Called in the commit of the last step before it; the entries go with the step's own.
 */
export async function beginHold(work: Work, intentId: string): Promise<Hold> {
  const intent = await readIntent(work.tx, intentId);
  if (intent === null) throw new Error(`The intent ${intentId} is not recorded.`);
  return intent.kind === "rotate" ? beginOverlap(work, intent) : beginRemoval(work, intent);
}

const locked = async (work: Work, { identity: id }: IntentRow) => {
  const identity = await lockIdentity(work.tx, id);
  if (identity === null) throw new Error(`The identity ${id} is not recorded.`);
  return identity;
};

async function beginRemoval(work: Work, intent: IntentRow): Promise<Hold> {
  const identity = await locked(work, intent);
  // Policy's figure, sealed in the plan.
  const until = holdEnds(work.now, intent.plan.change.holdDays);
  const version = await updateIdentity(work.tx, identity.id, { removeAt: until });
  const detail = { intent: intent.id, removeAt: until.toISOString() };
  return {
    until,
    entries: [
      { noun: "identity", id: identity.id, version, action: "identity.disabled", detail },
      ...(await followCredentials(work, identity.id, { state: "disabled" })),
    ],
  };
}

/** From now on the new credential is the identity's: later requests act on what this one committed. */
async function beginOverlap(work: Work, intent: IntentRow): Promise<Hold> {
  const identity = await locked(work, intent);
  const until = overlapEnds(work.now, intent.plan.change.overlapHours);
  const version = await updateIdentity(work.tx, identity.id, { facts: await factsOf(work, intent, identity) });
  const detail = { intent: intent.id, keptUntil: until.toISOString() };
  return {
    until,
    entries: [
      { noun: "identity", id: identity.id, version, action: "identity.credential-replaced", detail },
      ...(await keepBeside(work, identity.id, { ids: replacedBy(intent.plan), until })),
    ],
  };
}
