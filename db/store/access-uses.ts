import { sql } from "drizzle-orm";
import type { Db, Queries } from "../client.ts";
import { accessUses, type KeptAccess } from "../schema/uses.ts";

/** A live identity whose target is to be asked what it used, with its objects there; the object that holds permissions is among them. */
export interface DueAccess {
  readonly id: string;
  readonly name: string;
  readonly objects: readonly { readonly externalId: string; readonly changedAt: string }[];
}

/** Those of a target that were not asked for since `before`, who waited longest first. */
export async function readDueAccess(
  db: Queries,
  { target, before, limit }: { readonly target: string; readonly before: Date; readonly limit: number },
): Promise<readonly DueAccess[]> {
  const rows = await db.execute<{ due: DueAccess }>(sql`
    select jsonb_build_object('id', i.id, 'name', i.object_name, 'objects', (
      select coalesce(jsonb_agg(jsonb_build_object('externalId', o.external_id, 'changedAt', o.changed_at) order by o.made_at, o.id), '[]')
      from charter.objects o where o.tenant = 'main' and o.identity = i.id and o.state = 'live')) as due
    from charter.identities i left join charter.access_uses a on a.tenant = 'main' and a.identity = i.id
    where i.tenant = 'main' and i.target = ${target} and i.state = 'live'
      and (a.asked_at is null or a.asked_at <= ${before.toISOString()}::timestamptz)
    order by a.asked_at nulls first, i.id
    limit ${limit}`);
  return rows.map(({ due }) => due);
}

export interface AccessAsked {
  readonly identity: string;
  readonly at: Date;
  /** Null: it told nothing this time; what it told before stays, with its date. */
  readonly told: KeptAccess | null;
}

/** Keeps that a target was asked, and what it told. */
export async function keepAccess(db: Db, { identity, at, told }: AccessAsked): Promise<void> {
  const news = told === null ? {} : { told, observedAt: at };
  await db
    .insert(accessUses)
    .values({ identity, askedAt: at, ...news })
    .onConflictDoUpdate({ target: [accessUses.tenant, accessUses.identity], set: { askedAt: at, ...news } });
}
