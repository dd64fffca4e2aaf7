import { sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";
import type { QuestionAnswer, Stage } from "#lib/domain/attestation.ts";
import type { Environment } from "#lib/domain/charter.ts";
import { asCoverage } from "#lib/domain/coverage.ts";
import type { Refusal } from "#lib/domain/refusal.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Queries } from "../client.ts";
import { askedOf, questionCount } from "./attestation-sight.ts";
import { questionIs } from "./coverage.ts";

/** A question as it is asked of the viewer; its evidence is gathered beside it. */
export interface AskedQuestion {
  readonly identity: string;
  readonly round: number;
  readonly stage: Stage;
  /** ISO instants: when it is due, and when the backup is asked as well. */
  readonly dueAt: string;
  readonly backupAt: string;
  readonly everyDays: number;
  /** Id of the owner. */
  readonly owner: string;
  /** Why the viewer's last answer in this round was not taken; [] when there was none. */
  readonly refused: readonly Refusal[];
}

/** Cards drawn at once; more are drawn as these are answered. */
const cards = 50;

/** What is asked of the viewer, soonest due first, at most 50. */
export async function readAskedQuestions(db: Queries, viewer: Viewer): Promise<readonly AskedQuestion[]> {
  const rows = await db.execute<{ row: AskedQuestion }>(sql`
    select jsonb_build_object('identity', q.identity, 'round', q.round, 'stage', q.stage, 'everyDays', q.every_days,
      'dueAt', ${iso(sql`q.due_at`)}, 'backupAt', ${iso(sql`q.backup_at`)}, 'owner', i.owner,
      'refused', coalesce((select o.refusals from charter.answers a
        join charter.outcomes o on o.tenant = a.tenant and o.claim = 'answers' and o.subject = a.id::text
        where a.tenant = q.tenant and a.identity = q.identity and a.round = q.round and a.person = ${viewer.id}::uuid
        order by a.received_at desc limit 1), '[]')) as row
    from charter.questions q join charter.identities i on i.tenant = q.tenant and i.id = q.identity
    where ${askedOf(viewer)} order by q.due_at, q.identity limit ${cards}`);
  return rows.map(({ row }) => row);
}

/** A question as a list names it. */
export interface AskedLine {
  readonly identity: string;
  readonly name: string;
  readonly environment: Environment;
  readonly stage: Stage;
  readonly dueAt: string;
}

/** What is asked of the viewer, soonest due first, without its evidence. */
export async function readAskedLines(db: Queries, viewer: Viewer, limit: number): Promise<readonly AskedLine[]> {
  const rows = await db.execute<{ row: AskedLine }>(sql`
    select jsonb_build_object('identity', q.identity, 'name', i.name, 'environment', i.environment, 'stage', q.stage,
      'dueAt', ${iso(sql`q.due_at`)}) as row
    from charter.questions q join charter.identities i on i.tenant = q.tenant and i.id = q.identity
    where ${askedOf(viewer)} order by q.due_at, q.identity limit ${limit}`);
  return rows.map(({ row }) => row);
}

/** How many questions are asked of the viewer, of how many of their identities none is asked, when the next one is, and their newest answer. */
export async function readOwnAnswers(db: Queries, viewer: Viewer) {
  const [row] = await db.execute<{ asked: number; rest: number; next: string | null; last: LastAnswer | null }>(sql`
    select ${questionCount(viewer)} as asked,
      (select count(*)::int from charter.identities i where i.tenant = 'main' and i.owner = ${viewer.id}::uuid
        and i.state in ('live', 'suspended') and not exists (select 1 from charter.questions q
          where q.tenant = i.tenant and q.identity = i.id and q.stage <> 'waiting')) as rest,
      (select ${iso(sql`min(q.opens_at)`)} from charter.identities i join charter.questions q on q.tenant = i.tenant and q.identity = i.id
        where i.tenant = 'main' and i.owner = ${viewer.id}::uuid and i.state in ('live', 'suspended') and q.stage = 'waiting') as next,
      (select jsonb_build_object('name', i.name, 'answer', a.answer, 'at', ${iso(sql`a.answered_at`)})
        from charter.attestations a join charter.identities i on i.tenant = a.tenant and i.id = a.identity
        where a.tenant = 'main' and a.person = ${viewer.id}::uuid order by a.answered_at desc limit 1) as last`);
  return { asked: row?.asked ?? 0, rest: row?.rest ?? 0, next: row?.next ?? null, last: row?.last ?? null };
}
export interface LastAnswer {
  readonly name: string;
  readonly answer: QuestionAnswer;
  readonly at: string;
}

/** Where a team stands: its identities that live, by how far their question is. */
export interface TeamCoverage {
  readonly team: string;
  readonly slug: string;
  readonly identities: number;
  /** Answered at least once and not asked now; never asked yet; asked and in time; overdue. */
  readonly attested: number;
  readonly notYetDue: number;
  readonly asked: number;
  readonly overdue: number;
}

/** Coverage by team, most overdue first; null for those who do not see everything. Exact: it reads each live identity once. */
export async function readCoverage(db: Queries, viewer: Viewer): Promise<readonly TeamCoverage[] | null> {
  if (!seesEverything(viewer)) return null;
  const rows = await db.execute<{ row: TeamCoverage }>(sql`
    select jsonb_build_object('team', coalesce(t.name, ''), 'slug', coalesce(t.slug, ''), 'identities', c.identities,
      'attested', c.attested, 'notYetDue', c.identities - c.attested - c.asked - c.overdue, 'asked', c.asked, 'overdue', c.overdue) as row
    from (
      select i.team, count(*)::int as identities,
        (count(*) filter (where ${questionIs.attested}))::int as attested,
        (count(*) filter (where ${questionIs.asked}))::int as asked,
        (count(*) filter (where ${questionIs.overdue}))::int as overdue
      from charter.identities i left join charter.questions q on q.tenant = i.tenant and q.identity = i.id
      where i.tenant = 'main' and i.state in ('live', 'suspended') group by i.team) c
    left join charter.teams t on t.tenant = 'main' and t.id = c.team
    order by c.overdue desc, c.asked desc, t.name`);
  return rows.map(({ row }) => row);
}

/** A question that is asked or overdue, as security follows it. */
export interface OpenQuestion {
  readonly id: string;
  readonly name: string;
  readonly environment: Environment;
  readonly owner: string;
  readonly ownerActive: boolean;
  readonly backup: string;
  readonly team: string;
  readonly stage: Stage;
  readonly dueAt: string;
  readonly cursor: string;
}
export interface OpenQuestions {
  readonly rows: readonly OpenQuestion[];
  readonly next: string | null;
}
const page = 50;

/** Open questions of one team or of all, soonest due first, a page by key; null for those who do not see everything. */
export async function readOpenQuestions(
  db: Queries,
  viewer: Viewer,
  of: { readonly team: string; readonly stage: string; readonly after: string },
): Promise<OpenQuestions | null> {
  if (!seesEverything(viewer)) return null;
  const [at = "", id = ""] = of.after.split("_");
  const stage = asCoverage(of.stage);
  const from = Number.isFinite(Date.parse(at)) && isUuid(id) ? { at, id } : null;
  const found = await db.execute<{ row: OpenQuestion }>(sql`
    select jsonb_build_object('id', i.id, 'name', i.name, 'environment', i.environment, 'owner', coalesce(o.name, ''),
      'ownerActive', coalesce(o.active, false), 'backup', coalesce(b.name, bt.name, ''), 'team', coalesce(t.name, ''), 'stage', q.stage,
      'dueAt', ${iso(sql`q.due_at`)}, 'cursor', to_char(q.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '_' || i.id) as row
    from charter.questions q join charter.identities i on i.tenant = q.tenant and i.id = q.identity
    left join charter.people o on o.tenant = i.tenant and o.id = i.owner
    left join charter.people b on b.tenant = i.tenant and b.id = i.backup_person
    left join charter.teams bt on bt.tenant = i.tenant and bt.id = i.backup_team
    left join charter.teams t on t.tenant = i.tenant and t.id = i.team
    where q.tenant = 'main' and q.stage <> 'waiting' and i.state in ('live', 'suspended')
      ${of.team === "" ? sql`` : sql`and t.slug = ${of.team}`} ${stage === "overdue" || stage === "asked" ? sql`and ${questionIs[stage]}` : sql``}
      ${from === null ? sql`` : sql`and (q.due_at, q.identity) > (${from.at}::timestamptz, ${from.id}::uuid)`}
    order by q.due_at, q.identity limit ${page + 1}`);
  const rows = found.slice(0, page).map(({ row }) => row);
  return { rows, next: found.length > page ? (rows.at(-1)?.cursor ?? null) : null };
}

/** An instant as ISO text. */
const iso = (at: ReturnType<typeof sql>) => sql`to_char(${at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
