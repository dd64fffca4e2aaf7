import type { Db } from "#db/client.ts";
import { databaseClock } from "#db/store/audit.ts";
import { lockIdentity } from "#db/store/identities.ts";
import { readOpenRequestOn } from "#db/store/requests.ts";
import { whySuspended } from "#lib/domain/provisioning/strangers.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import { raise } from "../requests/raise.ts";

export interface Strangers {
  readonly identity: string;
  /** Its version when the target was asked: what changed meanwhile is looked at next time. */
  readonly version: number;
  /** Working credentials that nobody recorded, by the target's own ids. */
  readonly ids: readonly string[];
  readonly usedAt: Date | null;
  readonly installation: Installation;
}

/**
 * Asks, as a worker, to suspend an identity that somebody gave a credential behind the portal's back, and to delete that one.
 * Asked at most once a day for the same credentials. False when it is not live, has changed, or was asked before.
 */
export async function raiseSuspension(db: Db, of: Strangers): Promise<boolean> {
  return db.transaction(async (tx) => {
    const now = await databaseClock(tx);
    const identity = await lockIdentity(tx, of.identity);
    if (identity === null || identity.state !== "live" || identity.version !== of.version) return false;
    if ((await readOpenRequestOn(tx, identity.id, { kind: "suspend", except: identity.id })) !== null) return false;
    const strangers = [...of.ids].sort();
    const cause = `${strangers.join(" ")} ${now.toISOString().slice(0, 10)}`;
    const change = { reason: whySuspended(strangers, of.usedAt), strangers };
    return raise({ tx, now }, { kind: "suspend", identity, cause, change, installation: of.installation });
  });
}
