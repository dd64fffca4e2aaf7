import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { KnownUse } from "#lib/domain/last-use.ts";
import type { Queries, Tx } from "../client.ts";
import { identities } from "../schema/inventory.ts";
import { uses } from "../schema/uses.ts";

/** One way in to a live identity: each active credential, or its objects where it has none. Instants as ISO text. */
export interface WayIn {
  readonly kind: "credential" | "object";
  readonly externalId: string;
  /** Since when it could have been used: issued or made, or last changed or enabled by us. */
  readonly since: string;
  /** When its secret was stored; null for an object. */
  readonly issuedAt: string | null;
}

export interface Watching {
  readonly target: string;
  readonly now: Date;
  /** Asked again after so many minutes; sooner only while its first use is awaited. */
  readonly everyMinutes: number;
  /** Id after which the page begins. */
  readonly after: string;
  readonly limit: number;
}

/** How long after it went live the first use is looked for at every round. */
const awaitedDays = 2;

/** A page of live identities on a target whose use is due to be asked for, by id. */
export const readWatched = (db: Queries, { target, now, everyMinutes, after, limit }: Watching) =>
  db
    .select({
      id: identities.id,
      name: identities.objectName,
      credential: identities.credential,
      firstUseAt: identities.firstUseAt,
      ways: sql<readonly WayIn[]>`(
        with touched as (select max(o.changed_at) as at from charter.objects o
          where o.tenant = 'main' and o.identity = charter.identities.id and o.state = 'live'),
        held as (select c.external_id, c.issued_at from charter.credentials c
          where c.tenant = 'main' and c.identity = charter.identities.id and c.state = 'active')
        select coalesce(jsonb_agg(jsonb_build_object('kind', w.kind, 'externalId', w.external_id, 'since', w.since, 'issuedAt', w.issued_at)), '[]')
        from (
          select 'credential' as kind, h.external_id, greatest(h.issued_at, t.at) as since, h.issued_at from held h, touched t
          union all
          select 'object', o.external_id, o.changed_at, null from charter.objects o
            where o.tenant = 'main' and o.identity = charter.identities.id and o.state = 'live' and not exists (select 1 from held)
        ) w)`,
    })
    .from(identities)
    .where(
      and(
        eq(identities.tenant, "main"),
        eq(identities.target, target),
        eq(identities.state, "live"),
        gt(identities.id, after),
        sql`(not exists (select 1 from charter.uses u where u.tenant = 'main' and u.identity = charter.identities.id
            and u.observed_at > ${now.toISOString()}::timestamptz - make_interval(mins => ${everyMinutes}))
          or (${identities.firstUseAt} is null and ${identities.liveAt} > ${now.toISOString()}::timestamptz - make_interval(days => ${awaitedDays})))`,
      ),
    )
    .orderBy(asc(identities.id))
    .limit(limit);

export type UseRow = typeof uses.$inferSelect;

/**
 * Keeps what sources told, and returns the rows as they now stand. A use once told stays told; a window that reaches back to
 * the last look goes on from where it began.
 */
export const keepUses = (tx: Tx, rows: readonly Omit<UseRow, "tenant">[]): Promise<UseRow[]> =>
  tx
    .insert(uses)
    .values([...rows])
    .onConflictDoUpdate({
      target: [uses.tenant, uses.identity, uses.subject],
      set: {
        source: sql`excluded.source`,
        lastUsedAt: sql`greatest(${uses.lastUsedAt}, excluded.last_used_at)`,
        seesSince: sql`case when ${uses.observedAt} >= excluded.sees_since then least(${uses.seesSince}, excluded.sees_since) else excluded.sees_since end`,
        lagMinutes: sql`excluded.lag_minutes`,
        observedAt: sql`excluded.observed_at`,
      },
    })
    .returning();

/** What an identity's uses come to, and since when it is stale. */
export interface KeptUse extends KnownUse {
  readonly id: string;
  readonly staleSince: Date | null;
}

/** Writes what is known of identities' use where it changed: an observation, without version and entry. */
export const keepKnownUse = (tx: Tx, rows: readonly KeptUse[]) =>
  tx.execute(sql`
    update charter.identities i
    set use_answer = k.answer, last_used_at = k."lastUsedAt", unused_since = k."unusedSince",
        use_known_until = k."knownUntil", stale_since = k."staleSince"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as k (id uuid, answer text, "lastUsedAt" timestamptz, "unusedSince" timestamptz, "knownUntil" timestamptz, "staleSince" timestamptz)
    where i.tenant = 'main' and i.id = k.id
      and (i.use_answer, i.last_used_at, i.unused_since, i.use_known_until, i.stale_since)
        is distinct from (k.answer, k."lastUsedAt", k."unusedSince", k."knownUntil", k."staleSince")`);
