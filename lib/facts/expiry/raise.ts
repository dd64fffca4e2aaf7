import type { Db } from "#db/client.ts";
import { databaseClock } from "#db/store/audit.ts";
import { type IdentityRow, lockIdentity } from "#db/store/identities.ts";
import { daysUnused } from "#lib/domain/last-use.ts";
import { isExpiryDue } from "#lib/domain/lifecycle.ts";
import type { Installation, Reading } from "#lib/judgement/draw-plan.ts";
import { raise } from "../requests/raise.ts";

export interface Raising {
  readonly identity: string;
  readonly installation: Installation;
  /** What its charter is retired for, and the sentence for people; null: its end has passed. */
  readonly condition: { readonly kind: string; readonly reason: string } | null;
}

/**
 * Asks, as a worker, for the retirement of an identity whose end has passed or whose charter's condition is met: a request
 * like any other, whose claim and entry the database makes. Its id follows from identity and cause, so that several workers
 * ask once. False when it is not due, or was asked before.
 */
export async function raiseRetirement(db: Db, of: Raising): Promise<boolean> {
  return db.transaction(async (tx) => {
    const reading: Reading = { tx, now: await databaseClock(tx) };
    const identity = await lockIdentity(tx, of.identity);
    if (identity === null || !isDue(identity, of, reading.now)) return false;
    const change = { reason: of.condition?.reason ?? "expired" };
    const { installation } = of;
    return raise(reading, { kind: "retire", identity, cause: causeOf(identity, of), change, installation });
  });
}

const isDue = (identity: IdentityRow, { condition }: Raising, now: Date): boolean =>
  condition === null
    ? isExpiryDue(identity, now)
    : (identity.state === "live" || identity.state === "suspended") &&
      identity.charter.retireWhen.some(
        (one) => one.kind === condition.kind && (one.kind !== "unused" || isUnused(identity, one)),
      );

const isUnused = ({ state, unusedSince, useKnownUntil }: IdentityRow, { days }: { readonly days: number }): boolean =>
  state === "live" && (daysUnused({ unusedSince, knownUntil: useKnownUntil }) ?? -1) >= days;

/** What may happen again, after a renewal or to the next owner, is asked for again. */
function causeOf({ endsAt, owner, unusedSince }: IdentityRow, { condition }: Raising): string {
  if (condition === null) return endsAt.toISOString();
  if (condition.kind === "unused") return `unused ${unusedSince?.toISOString()}`;
  return condition.kind === "owner-gone" ? `owner-gone ${owner}` : condition.kind;
}
