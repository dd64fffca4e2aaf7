import { and, eq, inArray, sql } from "drizzle-orm";
import type { RequestKind } from "#lib/domain/charter.ts";
import { isPromised, type Notice, type NoticeKind } from "#lib/domain/notice.ts";
import type { News } from "#lib/domain/tell.ts";
import type { Queries, Tx } from "../client.ts";
import { noticeMark, notices, preferences } from "../schema/notices.ts";

/** Name under which a person's choice of notices is kept among their preferences. */
export const noticePreference = "notices";

/** From which leaf of the audit log on nobody has been told yet, and how many there are; the mark is locked. */
export interface Untold {
  readonly from: number;
  readonly size: number;
}

/**
 * Locks the mark. The first time, and after a restore has taken leaves away, it stands at the log's end: history is not told.
 * Null while another worker holds it.
 */
export async function lockMark(tx: Tx): Promise<Untold | null> {
  await tx.execute(sql`
    insert into charter.notice_mark (leaf) select size from charter.audit_tree where tenant = 'main' on conflict do nothing`);
  const [row] = await tx.execute<{ leaf: string; size: string }>(sql`
    select m.leaf, t.size from charter.notice_mark m join charter.audit_tree t on t.tenant = m.tenant
    where m.tenant = 'main' for update of m skip locked`);
  return row === undefined ? null : { from: Math.min(Number(row.leaf), Number(row.size)), size: Number(row.size) };
}

export const moveMark = (tx: Tx, leaf: number) =>
  tx.update(noticeMark).set({ leaf }).where(eq(noticeMark.tenant, "main"));

/** Actions beside those of request states that somebody may have to be told of. */
export const toldActions = [
  "request-version.sealed",
  "verdict.given",
  "acceptance.given",
  "answer.given",
  "comment.made",
  "ask.made",
  "step.stuck",
  ...["asked", "reopened", "reminded", "backup-asked", "overdue"].map((stage) => `question.${stage}`),
  ...["suspended", "rotated", "access-changed", "retirement-started", "retired"].map((verb) => `identity.${verb}`),
  ...["invited", "enrolled", "confirmed", "revoked"].map((verb) => `passkey.${verb}`),
];

const holders = sql`
  select distinct p.canonical from charter.people p
  join charter.person_roles h on h.tenant = p.tenant and h.person = p.id and h.held
  where p.tenant = 'main' and p.active`;
/** Who may decide on the request of this entry while it still waits; its asker and owner may not. */
const approvers = sql`case when t.action = 'request-state.awaiting-approval' and s.state = 'awaiting-approval' then array(
  ${holders} and p.canonical <> r.requester and p.canonical is distinct from coalesce(i.owner, (v.charter ->> 'owner')::uuid)
  and h.role in (select wanted.value ->> 'role' from jsonb_array_elements(s.stages) wanted)) else '{}' end`;
const operators = sql`case when t.action = 'step.stuck' then array(${holders} and h.role = 'operator') else '{}' end`;
const security = sql`case when t.noun = 'passkey' then array(${holders} and h.role = 'security') else '{}' end`;

/** Entries from one leaf (included) to another (excluded) that somebody may have to be told of, with who stands around them. */
export async function readNews(tx: Tx, of: { readonly from: number; readonly to: number }): Promise<readonly News[]> {
  const rows = await tx.execute<NewsRow>(sql`
    with entries as materialized (
      select leaf, noun, aggregate, action, actor, detail, case noun when 'ask' then detail ->> 'kind' end as ask,
        -- What an ask is about is whatever the web wrote there.
        case when noun = 'ask' and detail ->> 'subject' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
          then (detail ->> 'subject')::uuid end as about
      from charter.audit_entries
      where tenant = 'main' and leaf >= ${of.from} and leaf < ${of.to}
        and (noun = 'request-state' or action = any (${sql.param([...toldActions])}::text[]))
    ),
    told as materialized (
      select e.*,
        case when noun = 'request-state' then aggregate::uuid
          when noun = 'request-version' then split_part(aggregate, '/', 1)::uuid
          when noun = 'step' or ask = 'retry' then (
            select i.request from charter.steps s join charter.intents i on i.tenant = s.tenant and i.id = s.intent
            where s.tenant = 'main' and s.id = case noun when 'step' then aggregate::uuid else about end)
          when ask in ('withdraw', 'take-back') then about
          when noun <> 'ask' then (detail ->> 'request')::uuid
        end as request,
        case when noun in ('identity', 'question') then aggregate::uuid
          when noun = 'answer' then (detail ->> 'identity')::uuid
          when ask in ('end-overlap', 'question') then about
          when ask in ('mute', 'unmute') then (select f.identity from charter.findings f where f.tenant = 'main' and f.id = about)
        end as identity,
        case when noun = 'passkey' then (detail ->> 'person')::uuid
          when ask = 'invite-key' then about
          when ask in ('revoke-key', 'confirm-key') then (select k.person from charter.passkeys k where k.tenant = 'main' and k.id = about)
        end as key_of
      from entries e
    )
    select t.action, t.aggregate as subject, t.actor, t.request, r.kind, r.requester, t.detail ->> 'verdict' as verdict,
      coalesce((t.detail ->> 'requestVersion')::int, (t.detail ->> 'version')::int, 0) as request_version,
      i.id as identity, q.round, s.accepter,
      t.ask, case when t.noun = 'answer' then t.detail ->> 'answer' end as answer,
      t.noun = 'comment' and t.detail ->> 'proposal' is not null as proposes,
      coalesce(i.name, v.charter ->> 'name',
        (select p.name from charter.people p where p.tenant = 'main' and p.id = t.key_of),
        (select g.title from charter.targets g where g.tenant = 'main' and t.ask = 'check' and g.name = t.detail ->> 'subject'), '') as name, coalesce(i.environment, v.charter ->> 'environment', '') as environment,
      coalesce(i.owner, (v.charter ->> 'owner')::uuid) as owner, i.backup_person as backup, i.ends_it,
      ${approvers} as approvers, ${operators} as operators, ${security} as security,
      t.key_of
    from told t
    left join charter.requests r on r.tenant = 'main' and r.id = t.request
    left join charter.request_states s on s.tenant = 'main' and s.request = r.id
    left join lateral (
      select charter from charter.request_versions v where v.tenant = 'main' and v.request = r.id order by v.version desc limit 1) v on true
    left join charter.identities i on i.tenant = 'main'
      and i.id = coalesce(t.identity, r.identity, r.id)
    left join charter.questions q on t.noun = 'question' and q.tenant = 'main' and q.identity = i.id
    order by t.leaf`);
  return rows.map(({ request_version: requestVersion, ends_it: endsIt, key_of: keyOf, ...row }) => ({
    ...row,
    keyOf,
    requestVersion,
    endsIt,
  }));
}

type NewsRow = Omit<News, "requestVersion" | "endsIt" | "keyOf"> & {
  readonly key_of: string | null;
  readonly request_version: number;
  readonly ends_it: string | null;
  readonly kind: RequestKind | null;
};

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

/** Writes notices; one whose key is there already is left as it is. */
export async function insertNotices(tx: Queries, rows: readonly NewNotice[]): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insert(notices)
    .values(
      rows.map(({ id, notice, webhook, at, dueAt }) => ({
        ...{ id, webhook, at, dueAt: dueAt ?? at, kind: notice.kind, sentence: notice.sentence, path: notice.path },
        key: webhook === null ? notice.key : `${notice.key}@${webhook}`,
        person: webhook === null ? notice.person : null,
        promised: isPromised(notice.kind),
        ...(dueAt === null ? { givenUpAt: at, fault: "Not wanted by who would be told." } : {}),
      })),
    )
    .onConflictDoNothing();
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
  /** Of the person, while active; null otherwise and for webhooks. */
  readonly email: string | null;
}

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
    returning n.id, n.person, n.webhook, n.kind, n.sentence, n.path, n.attempts, to_json(n.at) #>> '{}' as at,
      (select p.email from charter.people p where p.tenant = 'main' and p.id = n.person and p.active) as email`);
  return rows.map((row) => ({ ...row, at: new Date(row.at) }));
}

export const markSent = (db: Queries, ids: readonly string[], now: Date) =>
  db
    .update(notices)
    .set({ sentAt: now, fault: null })
    .where(and(eq(notices.tenant, "main"), inArray(notices.id, [...ids])));

/** Keeps why it was not sent, and when it is tried again; null: never. */
export const markUnsent = (db: Queries, id: string, of: { fault: string; again: Date | null; now: Date }) =>
  db
    .update(notices)
    .set({ fault: of.fault, ...(of.again === null ? { givenUpAt: of.now } : { dueAt: of.again }) })
    .where(and(eq(notices.tenant, "main"), eq(notices.id, id)));
