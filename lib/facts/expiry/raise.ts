import { createHash } from "node:crypto";
import type { Db } from "#db/client.ts";
import { databaseClock } from "#db/store/audit.ts";
import { insertRequest, insertVersion } from "#db/store/claims.ts";
import { type IdentityRow, lockIdentity } from "#db/store/identities.ts";
import { digest } from "#lib/digest/digest.ts";
import { daysUnused } from "#lib/domain/last-use.ts";
import { isExpiryDue } from "#lib/domain/lifecycle.ts";
import type { Installation, Reading } from "#lib/judgement/draw-plan.ts";
import { examine } from "#lib/judgement/examine.ts";

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
    const { charter } = identity;
    const id = idOf(identity.id, causeOf(identity, of));
    const request = { id, kind: "retire", identity: identity.id, requester: null } as const;
    const change = { reason: of.condition?.reason ?? "expired" };
    const examined = await examine(reading, {
      request,
      version: { version: 1, change },
      charter,
      installation: of.installation,
    });
    const origins = Object.fromEntries(
      Object.keys(charter).map((field) => [field, { how: "inferred", from: "the identity's charter" } as const]),
    );
    await insertRequest(tx, { ...request, draftedAt: reading.now });
    return insertVersion(tx, {
      ...{ request: id, version: 1, charter, origins, change, person: null },
      digest: digest({ charter, origins, change }),
      planDigest: "ok" in examined ? examined.ok.planDigest : "",
    });
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

/** A UUID (version 8) out of what it stands for. */
function idOf(identity: string, cause: string): string {
  const hex = createHash("sha256").update(`retire\0${identity}\0${cause}`).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
