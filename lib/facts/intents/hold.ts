import { lockIdentity, updateIdentity } from "#db/store/identities.ts";
import { readIntent } from "#db/store/intents.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { holdEnds } from "#lib/domain/lifecycle.ts";
import type { Work } from "../run.ts";
import { followCredentials } from "./inventory.ts";

/**
 * A retirement's disabling is done and its hold begins: `remove_at` says when removal may start, by the business clock.
 * Called in the commit of the last step before the hold; returns the entries that go with the step's own.
 */
export async function beginHold(work: Work, intentId: string): Promise<readonly Entry[]> {
  const intent = await readIntent(work.tx, intentId);
  const identity = intent === null ? null : await lockIdentity(work.tx, intent.identity);
  if (intent === null || identity === null) throw new Error(`The intent ${intentId} is not recorded.`);
  // Policy's figure, sealed in the plan.
  const removeAt = holdEnds(work.now, intent.plan.change.holdDays);
  const version = await updateIdentity(work.tx, identity.id, { removeAt });
  const detail = { intent: intent.id, removeAt: removeAt.toISOString() };
  return [
    { noun: "identity", id: identity.id, version, action: "identity.disabled", detail },
    ...(await followCredentials(work, identity.id, { state: "disabled" })),
  ];
}
