import { sql } from "drizzle-orm";
import type { Queries } from "../client.ts";

/** One line of an identity's life: an audit entry, or a run of looks that saw the same. */
export interface LifeEntry {
  /** Of a run, by the first of it: looks that come join it. */
  readonly id: string;
  /** Of a run, when the last of it was. */
  readonly at: Date;
  readonly action: string;
  readonly actor: string;
  readonly noun: string;
  readonly aggregate: string;
  readonly seq: number;
  readonly detail: { readonly [key: string]: unknown };
  /** Entries that it stands for. */
  readonly count: number;
  /** When the first of them was. */
  readonly since: Date;
  /** When the newest of them were, newest first; at most `shownOfRun`. */
  readonly times: readonly Date[];
}

export interface Life {
  /** Oldest first. */
  readonly entries: readonly LifeEntry[];
  /** Whether there is more before the oldest. */
  readonly cut: boolean;
}

interface Row extends Record<string, unknown> {
  readonly at: string;
  readonly since: string;
  readonly action: string;
  readonly actor: string;
  readonly noun: string;
  readonly aggregate: string;
  readonly seq: string;
  readonly detail: { readonly [key: string]: unknown };
  readonly count: number;
  readonly times: readonly string[];
}

const shownOfRun = 30;

/**
 * An identity's life from first draft to now, its newest `limit` lines; ask only for an identity in sight. A look at the target that saw
 * what the one before it saw is no line of its own: hourly looks would hide what happened. Steps' checkpoints and state rows' twins are
 * left to the audit page.
 */
export async function readLife(db: Queries, id: string, limit = 200): Promise<Life> {
  const rows = await db.execute<Row>(sql`
    with behind as (select r.id from charter.requests r where r.tenant = 'main' and (r.id = ${id}::uuid or r.identity = ${id}::uuid)),
    about as (
      select b.id::text as aggregate from behind b
      union select ${id}::text
      union select v.request || '/' || v.version from charter.request_versions v join behind b on b.id = v.request where v.tenant = 'main'
      union select v.id::text from charter.verdicts v join behind b on b.id = v.request where v.tenant = 'main'
      union select a.id::text from charter.acceptances a join behind b on b.id = a.request where a.tenant = 'main'
      union select c.id::text from charter.comments c join behind b on b.id = c.request where c.tenant = 'main'
      union select a.id::text from charter.attestations a where a.tenant = 'main' and a.identity = ${id}::uuid
      union select c.id::text from charter.credentials c where c.tenant = 'main' and c.identity = ${id}::uuid),
    told as (
      select e.*, not (e.action = 'identity.observed' and coalesce(lag(e.action) over lived = e.action and lag(e.detail) over lived = e.detail, false)) as begins
      from charter.audit_entries e where e.tenant = 'main' and e.aggregate in (select aggregate from about)
        and e.noun in ('request-version', 'verdict', 'acceptance', 'comment', 'request-state', 'identity', 'credential', 'attestation')
      window lived as (order by e.at, e.seq, e.noun, e.aggregate)),
    runs as (select t.*, count(*) filter (where t.begins) over (order by t.at, t.seq, t.noun, t.aggregate) as run from told t),
    lines as (
      select run, count(*)::int as count, min(at) as since, max(at) as at, min(seq) as seq, (array_agg(at order by at desc))[1:${shownOfRun}::int] as times,
        min(action) as action, min(actor) as actor, min(noun) as noun, min(aggregate) as aggregate, (array_agg(detail))[1] as detail
      from runs group by run order by run desc limit ${limit + 1})
    select l.count, l.since, l.at, l.seq, to_jsonb(l.times) as times, l.action, l.noun, l.aggregate, l.detail, coalesce(p.name, nullif(l.actor, ''), 'Charter') as actor
    from lines l left join charter.people p on p.tenant = 'main' and p.id::text = l.actor order by l.run`);
  const cut = rows.length > limit;
  const entries = rows.slice(cut ? 1 : 0).map(({ at, since, seq, times, ...row }) => ({
    ...row,
    id: `${row.noun}/${row.aggregate}/${seq}`,
    at: new Date(at),
    since: new Date(since),
    seq: Number(seq),
    times: times.map((time) => new Date(time)),
  }));
  return { entries, cut };
}
