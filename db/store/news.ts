import { eq, type SQL, sql } from "drizzle-orm";
import type { RequestKind } from "#lib/domain/charter.ts";
import type { News } from "#lib/domain/news.ts";
import type { Tx } from "../client.ts";
import { noticeMark } from "../schema/notices.ts";
import { isActive } from "./active-people.ts";

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
  where p.tenant = 'main' and p.active and ${isActive(sql`p.canonical`)}`;
/** What the web wrote may be anything, and must not keep others from being told. */
const uuidIn = (text: SQL) =>
  sql`case when ${text} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (${text})::uuid end`;
const owner = sql`coalesce(i.owner, ${uuidIn(sql`v.charter ->> 'owner'`)})`;
/** Of a team that stands in, at most so many are told. */
const mostOfTeam = 50;
const backups = sql`case when i.backup_person is not null then array[i.backup_person] else array(
  select distinct p.canonical from charter.team_members m join charter.people p on p.tenant = m.tenant and p.id = m.person
  where m.tenant = 'main' and m.team = i.backup_team and m.member and p.active order by 1 limit ${mostOfTeam}) end`;
/** Keys that a suspension deletes, because nobody recorded them; only a worker may name any. */
const strangers = sql`case when t.action = 'identity.suspended' and jsonb_typeof(v.change -> 'strangers') = 'array'
  then array(select jsonb_array_elements_text(v.change -> 'strangers')) else '{}' end`;
/** Whether a step was being taken back already when it got stuck. */
const undoing = sql`t.action = 'step.stuck' and exists (
  select 1 from charter.audit_entries u where u.tenant = 'main' and u.leaf < t.leaf
    and (u.noun, u.aggregate, u.action) in (('step', t.aggregate, 'step.undoing'), ('intent', t.detail ->> 'intent', 'intent.undoing')))`;
/** Who may decide on the request of this entry while it still waits; its asker and owner may not. */
const approvers = sql`case when t.action = 'request-state.awaiting-approval' and s.state = 'awaiting-approval' then array(
  ${holders} and p.canonical <> r.requester and p.canonical is distinct from ${owner}
  and h.role in (select wanted.value ->> 'role' from jsonb_array_elements(s.stages) wanted)) else '{}' end`;
const operators = sql`case when t.action = 'step.stuck' then array(${holders} and h.role = 'operator') else '{}' end`;
const security = sql`case when t.noun = 'passkey' then array(${holders} and h.role = 'security') else '{}' end`;

interface Leaves {
  readonly from: number;
  readonly to: number;
}

/** The entries, each with the request, the identity and the person it is about. */
const entries = ({ from, to }: Leaves) => sql`
    entries as materialized (
      select leaf, noun, aggregate, action, actor, detail, to_json(at) #>> '{}' as at, case noun when 'ask' then detail ->> 'kind' end as ask,
        case noun when 'ask' then ${uuidIn(sql`detail ->> 'subject'`)} end as about
      from charter.audit_entries
      where tenant = 'main' and leaf >= ${from} and leaf < ${to}
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
    )`;

const columns = sql`
    t.action, t.aggregate as subject, t.actor, t.at, t.request, r.kind, r.requester, t.detail ->> 'verdict' as verdict,
      coalesce((t.detail ->> 'requestVersion')::int, (t.detail ->> 'version')::int, 0) as request_version,
      i.id as identity, q.round, s.accepter,
      t.ask, case when t.noun = 'answer' then t.detail ->> 'answer' end as answer,
      t.noun = 'comment' and t.detail ->> 'proposal' is not null as proposes,
      coalesce(i.name, v.charter ->> 'name',
        (select p.name from charter.people p where p.tenant = 'main' and p.id = t.key_of),
        (select g.title from charter.targets g where g.tenant = 'main' and t.ask = 'check' and g.name = t.detail ->> 'subject'), '') as name, coalesce(i.environment, v.charter ->> 'environment', '') as environment,
      ${owner} as owner, ${backups} as backups, i.ends_it,
      exists (select 1 from charter.people o where o.tenant = 'main' and o.id = ${owner} and not o.active) as owner_left,
      ${undoing} as undoing, ${strangers} as strangers,
      ${approvers} as approvers, ${operators} as operators, ${security} as security,
      t.key_of`;

/** Entries from one leaf (included) to another (excluded) that somebody may have to be told of, with who stands around them. */
export async function readNews(tx: Tx, of: Leaves): Promise<readonly News[]> {
  const rows = await tx.execute<NewsRow>(sql`
    with ${entries(of)}
    select ${columns}
    from told t
    left join charter.requests r on r.tenant = 'main' and r.id = t.request
    left join charter.request_states s on s.tenant = 'main' and s.request = r.id
    left join lateral (
      select charter, change from charter.request_versions v where v.tenant = 'main' and v.request = r.id order by v.version desc limit 1) v on true
    left join charter.identities i on i.tenant = 'main'
      and i.id = coalesce(t.identity, r.identity, r.id)
    left join charter.questions q on t.noun = 'question' and q.tenant = 'main' and q.identity = i.id
    order by t.leaf`);
  return rows.map(
    ({ request_version: requestVersion, ends_it: endsIt, key_of: keyOf, owner_left: ownerLeft, ...row }) => ({
      ...row,
      keyOf,
      ownerLeft,
      requestVersion,
      endsIt,
    }),
  );
}

type NewsRow = Omit<News, "requestVersion" | "endsIt" | "keyOf" | "ownerLeft"> & {
  readonly key_of: string | null;
  readonly owner_left: boolean;
  readonly request_version: number;
  readonly ends_it: string | null;
  readonly kind: RequestKind | null;
};
