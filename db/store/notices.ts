import { and, eq, inArray, sql } from "drizzle-orm";
import { isPromised, type Notice, type NoticeKind } from "#lib/domain/notice.ts";
import type { Queries, Tx } from "../client.ts";
import { notices, preferences } from "../schema/notices.ts";

/** Why nothing is sent though nothing failed. */
export const notWanted = "Not wanted by who would be told.";
export const wasOver = "It was over before it was sent.";
export const noFault: readonly string[] = [notWanted, wasOver];

/** Name under which a person's choice of notices is kept among their preferences. */
export const noticePreference = "notices";

export interface Ending {
  readonly identity: string;
  readonly name: string;
  readonly environment: string;
  readonly endsAt: Date;
  readonly people: readonly (string | null)[];
}

/**
 * Enabled identities that end between now and `before` and of whose end nothing has been written yet, at most `limit`.
 * `webhook`: the one that is always told; null when the owner is.
 */
export async function readUntoldEndings(
  db: Queries,
  of: { readonly now: Date; readonly before: Date; readonly limit: number; readonly webhook: string | null },
): Promise<readonly Ending[]> {
  const told = of.webhook === null ? sql`':' || i.owner` : sql`'@' || ${of.webhook}::text`;
  const rows = await db.execute<{
    id: string;
    name: string;
    environment: string;
    ends_at: string;
    people: string[];
  }>(sql`
    select i.id, i.name, i.environment, to_json(i.ends_at) #>> '{}' as ends_at, array[i.owner, i.ends_it] as people
    from charter.identities i
    where i.tenant = 'main' and i.state in ('live', 'suspended')
      and i.ends_at > ${of.now.toISOString()} and i.ends_at <= ${of.before.toISOString()}
      and not exists (select 1 from charter.notices n where n.tenant = 'main' and n.key = 'ending:' || i.id || ':' ||
        to_char(i.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || ${told})
    order by i.ends_at limit ${of.limit}`);
  return rows.map(({ id: identity, ends_at, ...row }) => ({ ...row, identity, endsAt: new Date(ends_at) }));
}

/** What these people have chosen, as kept. */
export async function readNoticeChoices(db: Queries, people: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  if (people.length === 0) return new Map();
  const rows = await db
    .select({ person: preferences.person, value: preferences.value })
    .from(preferences)
    .where(
      and(
        eq(preferences.tenant, "main"),
        eq(preferences.name, noticePreference),
        inArray(preferences.person, [...people]),
      ),
    );
  return new Map(rows.map(({ person, value }) => [person, value]));
}

export interface NewNotice {
  readonly id: string;
  readonly notice: Notice;
  readonly webhook: string | null;
  readonly at: Date;
  /** Null: its person wants none of this kind; it is kept, never sent. */
  readonly dueAt: Date | null;
}

/** Writes notices; one whose key is there already is left as it is. How many were written. */
export async function insertNotices(tx: Queries, rows: readonly NewNotice[]): Promise<number> {
  if (rows.length === 0) return 0;
  const written = await tx
    .insert(notices)
    .values(
      rows.map(({ id, notice, webhook, at, dueAt }) => ({
        ...{ id, webhook, at, dueAt: dueAt ?? at, kind: notice.kind, sentence: notice.sentence, path: notice.path },
        key: webhook === null ? notice.key : `${notice.key}@${webhook}`,
        person: webhook === null ? notice.person : null,
        about: webhook === null ? null : notice.about,
        promised: isPromised(notice.kind),
        ...(dueAt === null ? { givenUpAt: at, fault: notWanted } : {}),
      })),
    )
    .onConflictDoNothing()
    .returning({ id: notices.id });
  return written.length;
}

/** A notice that a worker has taken to send, with where it goes. */
export interface Outgoing {
  readonly id: string;
  readonly person: string | null;
  readonly webhook: string | null;
  readonly kind: NoticeKind;
  readonly sentence: string;
  readonly path: string;
  readonly at: Date;
  /** Tries so far, this one included. */
  readonly attempts: number;
  readonly promised: boolean;
  /** Of the person, while active; null otherwise and for webhooks. */
  readonly email: string | null;
  /** A person is told of what waits, and it does no longer. */
  readonly over: boolean;
  /** For a webhook: who did it, as a person or by name, when, and who is told of the same. */
  readonly about: {
    readonly actor: KnownPerson | string;
    readonly at: string | null;
    readonly people: readonly KnownPerson[];
  } | null;
}

interface KnownPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

const asPerson = sql`jsonb_build_object('id', p.id, 'name', p.name, 'email', p.email)`;
const about = sql`case when n.about is not null then jsonb_build_object('at', n.about -> 'at',
  'actor', coalesce((select ${asPerson} from charter.people p where p.tenant = 'main' and p.id::text = n.about ->> 'actor'), n.about -> 'actor'),
  'people', (select coalesce(jsonb_agg(${asPerson} order by p.name), '[]') from charter.people p
    where p.tenant = 'main' and p.id in (select value::uuid from jsonb_array_elements_text(n.about -> 'people')))) end`;

/** By the key, which says what it was told of: what waited for somebody then, and whether it still does. */
const over = sql`n.person is not null and case n.kind
  when 'approval' then not exists (select 1 from charter.request_states s where s.tenant = 'main'
    and s.request = split_part(n.key, ':', 2)::uuid and s.request_version::text = split_part(n.key, ':', 3) and s.state = 'awaiting-approval')
  when 'ownership' then not exists (select 1 from charter.request_states s where s.tenant = 'main' and s.accepter is not null
    and s.request = split_part(n.key, ':', 2)::uuid and s.request_version::text = split_part(n.key, ':', 3) and s.state = 'awaiting-acceptance')
  when 'question' then not exists (select 1 from charter.questions q where q.tenant = 'main' and q.stage <> 'waiting'
    and q.identity = split_part(n.key, ':', 2)::uuid and q.round::text = split_part(n.key, ':', 3))
  when 'stuck' then not exists (select 1 from charter.steps s where s.tenant = 'main'
    and s.id = split_part(n.key, ':', 2)::uuid and s.stuck_at is not null)
  when 'ending' then n.key not like '%:retired:%' and not exists (select 1 from charter.identities i where i.tenant = 'main'
    and i.id = split_part(n.key, ':', 2)::uuid and i.state in ('live', 'suspended') and n.key = 'ending:' || i.id || ':' ||
      to_char(i.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || ':' || n.person)
  else false end`;

/**
 * Takes what is due for the receivers that have waited longest, all of a receiver's together, and puts it off by `leaseMs`: a
 * worker that dies while sending leaves it to be taken again then.
 */
export async function takeDue(
  db: Queries,
  of: { readonly receivers: number; readonly leaseMs: number },
): Promise<readonly Outgoing[]> {
  const rows = await db.execute<Omit<Outgoing, "at"> & { at: string }>(sql`
    with receivers as (
      select person, webhook from charter.notices
      where tenant = 'main' and sent_at is null and given_up_at is null and due_at <= charter.clock()
      group by person, webhook order by min(due_at) limit ${of.receivers}),
    due as (
      select n.id from charter.notices n
      join receivers r on r.person is not distinct from n.person and r.webhook is not distinct from n.webhook
      where n.tenant = 'main' and n.sent_at is null and n.given_up_at is null and n.due_at <= charter.clock()
      order by n.at limit 500 for update of n skip locked)
    update charter.notices n set due_at = charter.clock() + ${of.leaseMs} * interval '1 millisecond', attempts = attempts + 1
    from due where n.tenant = 'main' and n.id = due.id
    returning n.id, n.person, n.webhook, n.kind, n.sentence, n.path, n.attempts, n.promised, ${over} as over, ${about} as about, to_json(n.at) #>> '{}' as at,
      (select p.email from charter.people p where p.tenant = 'main' and p.id = n.person and p.active) as email`);
  return rows.map((row) => ({ ...row, at: new Date(row.at) }));
}

export const markSent = (db: Queries, ids: readonly string[], now: Date) =>
  db
    .update(notices)
    .set({ sentAt: now, fault: null })
    .where(and(eq(notices.tenant, "main"), inArray(notices.id, [...ids])));

/** Keeps why it was not sent, and when it is tried again; null: never. */
export const markUnsent = (
  db: Queries,
  ids: readonly string[],
  of: { readonly fault: string; readonly again: Date | null; readonly now: Date },
) =>
  db
    .update(notices)
    .set({ fault: of.fault, ...(of.again === null ? { givenUpAt: of.now } : { dueAt: of.again }) })
    .where(and(eq(notices.tenant, "main"), inArray(notices.id, [...ids])));

/** Gives back what was taken and not tried, which counts as no try. */
export const putBack = (db: Queries, ids: readonly string[], of: { readonly fault: string; readonly again: Date }) =>
  db
    .update(notices)
    .set({ fault: of.fault, dueAt: of.again, attempts: sql`${notices.attempts} - 1` })
    .where(and(eq(notices.tenant, "main"), inArray(notices.id, [...ids])));

/** Forgets what was sent or given up before then; how many. */
export async function pruneNotices(db: Queries, before: Date): Promise<number> {
  const rows = await db.execute(sql`
    delete from charter.notices where tenant = 'main' and coalesce(sent_at, given_up_at) < ${before.toISOString()} returning id`);
  return rows.length;
}
