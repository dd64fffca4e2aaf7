import { lockIdentity, moveIdentity } from "#db/store/identities.ts";
import { finishIntentRow, readIntent } from "#db/store/intents.ts";
import { lockState } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { moveRequest } from "../requests/stand.ts";
import type { Work } from "../run.ts";
import { recordNothingLeft } from "./inventory.ts";

export interface Failed {
  readonly intent: string;
  /** Why, in words for people; never a response body. */
  readonly sentence: string;
  /** True when everything that was made has been taken back. */
  readonly undone: boolean;
}

/**
 * Ends an intent that cannot be done: its request has failed, and an identity that never lived is *failed* too. Later
 * intents leave their identity as it was. Returns the entries that go with the last step's own.
 */
export async function failIntent(work: Work, failed: Failed): Promise<readonly Entry[]> {
  const intent = await readIntent(work.tx, failed.intent);
  const identity = intent === null ? null : await lockIdentity(work.tx, intent.identity);
  if (intent === null || identity === null) throw new Error(`The intent ${failed.intent} is not recorded.`);
  const detail = { sentence: failed.sentence, undone: failed.undone };
  const version = await finishIntentRow(work.tx, intent.id, { state: "failed", finishedAt: work.now });
  const moved = await moveRequest(work, await lockState(work.tx, intent.request), {
    ...{ request: intent.request, requestVersion: intent.requestVersion, state: "failed", deadline: null },
    ...{ detail: { sentence: failed.sentence }, why: { intent: intent.id, ...detail } },
  });
  const entries: Entry[] = [{ noun: "intent", id: intent.id, version, action: "intent.failed", detail }, moved];
  if (intent.kind !== "provision") return entries;
  const changed = await moveIdentity(work.tx, identity, { event: "failed" });
  const about = { intent: intent.id, ...detail };
  return [
    ...entries,
    { noun: "identity", id: identity.id, version: changed, action: "identity.failed", detail: about },
    ...(await recordNothingLeft(work, identity.id)),
  ];
}
