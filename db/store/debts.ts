import { type SQL, sql } from "drizzle-orm";
import { debtCauses, policyFindings, questions } from "#lib/domain/debt.ts";
import { observedHours } from "#lib/domain/four-answers.ts";
import { purposeLimits } from "#lib/domain/validate-charter.ts";
import type { Queries } from "../client.ts";
import { gonePeople } from "./active-people.ts";

export interface DebtPass {
  readonly at: Date;
  /** Whether every identity is judged; else those alone that are outside already or that an index says may be. */
  readonly whole: boolean;
}

const named = (kinds: readonly string[]) => sql`any (${sql.param([...kinds])}::text[])`;
const differing = ["drifted", "missing"];
const enabled = sql`i.state in ('live', 'suspended')`;

/** By its index for each of them: how few they are the planner cannot know. */
const behind = (column: "owner" | "ends_it") =>
  sql`select i.id from charter.identities i where i.tenant = 'main' and ${sql.raw(`i.${column}`)} = gone.person and ${enabled} offset 0`;

/** Ids of identities that may be outside, each part by an index of its own. What only time without a read shows is found by the whole pass. */
const suspects = (at: SQL) => sql`
  select identity from charter.debts where tenant = 'main'
  union select i.id from gone cross join lateral (${behind("owner")}) i
  union select i.id from gone cross join lateral (${behind("ends_it")}) i
  union select i.id from charter.identities i where i.tenant = 'main' and i.ends_at <= ${at} and ${enabled}
  union select i.id from charter.services s join charter.identities i on i.tenant = s.tenant and i.service = s.id and ${enabled}
    where s.tenant = 'main' and s.decommissioned
  union select f.identity from charter.findings f
    where f.tenant = 'main' and f.closed_at is null and f.kind = ${named([...policyFindings, ...differing])} and f.identity is not null
  union select e.identity from charter.exceptions e where e.tenant = 'main' and e.closed_at is null and e.ends_at <= ${at}`;

/** `fourAnswers` (lib/domain/four-answers.ts) and policy in SQL: since when each is not as it should be; null where it is. */
const judged = (at: SQL, whole: boolean) => sql`
  select i.id, i.team,
    case when o.person is not null then ${at} end as who,
    case when coalesce(s.decommissioned, true) or char_length(btrim(i.purpose)) not between ${purposeLimits.min} and ${purposeLimits.max}
      then ${at} end as why,
    case when i.observed_at is null then coalesce(i.live_at, i.born_at)
      when i.differences <> '[]'::jsonb then coalesce(f.differs, i.observed_at)
      when i.observed_at + make_interval(hours => ${observedHours}) < ${at} then i.observed_at + make_interval(hours => ${observedHours})
      end as reach,
    least(case when i.ends_at <= ${at} then i.ends_at end, case when x.person is not null then ${at} end) as "end",
    least(f.policy, case when e.ends_at <= ${at} then e.ends_at end) as policy
  from charter.identities i
    left join gone o on o.person = i.owner
    left join gone x on x.person = i.ends_it
    left join charter.services s on s.tenant = i.tenant and s.id = i.service
    left join charter.exceptions e on e.tenant = i.tenant and e.identity = i.id and e.closed_at is null
    left join (select f.identity, min(f.opened_at) filter (where f.kind = ${named(policyFindings)}) as policy,
        min(f.opened_at) filter (where f.kind = ${named(differing)}) as differs
      from charter.findings f where f.tenant = 'main' and f.closed_at is null and f.kind = ${named([...policyFindings, ...differing])}
      group by f.identity) f on f.identity = i.id
  where i.tenant = 'main' and ${enabled} ${whole ? sql`` : sql`and i.id in (select identity from suspects)`}`;

const columns = debtCauses.map((cause) => sql.raw(`${cause}_since`));
/** The day on which it left stays, however what shows it changes, until it is inside again. */
const since = sql.join(
  debtCauses.map((cause) => {
    const [kept, found] = [sql.raw(`d.${cause}_since`), sql.raw(`j."${cause}"`)];
    return sql`case when ${found} is not null then coalesce(${kept}, ${found}) end as ${sql.raw(`${cause}_since`)}`;
  }),
  sql`, `,
);
const listed = sql.join(columns, sql`, `);

/**
 * Makes the debts those that stand at `at`, one statement, which writes only what changed; how many rows it wrote or took away.
 * Two at once write the same in the same order; neither waits for the other's taking away.
 */
export async function refreshDebts(db: Queries, { at: instant, whole }: DebtPass): Promise<number> {
  const at = sql`${instant.toISOString()}::timestamptz`;
  const [moved] = await db.execute<{ moved: number }>(sql`
    with gone as materialized (${gonePeople}),
    ${whole ? sql`` : sql`suspects as materialized (${suspects(at)}),`}
    judged as (${judged(at, whole)}),
    outside as materialized (
      select j.id, j.team, ${since}
      from judged j left join charter.debts d on d.tenant = 'main' and d.identity = j.id
      where coalesce(j.who, j.why, j.reach, j."end", j.policy) is not null),
    written as (
      insert into charter.debts (tenant, identity, team, ${listed})
      select 'main', o.id, o.team, ${listed} from outside o
      where not exists (select 1 from charter.debts d where d.tenant = 'main' and d.identity = o.id
        and (d.team, ${sql.join(
          columns.map((column) => sql`d.${column}`),
          sql`, `,
        )})
          is not distinct from (o.team, ${sql.join(
            columns.map((column) => sql`o.${column}`),
            sql`, `,
          )}))
      order by o.id
      on conflict (tenant, identity) do update set team = excluded.team,
        ${sql.join(
          columns.map((column) => sql`${column} = excluded.${column}`),
          sql`, `,
        )}
      returning 1),
    cleared as (
      delete from charter.debts where tenant = 'main' and identity in (
        select d.identity from charter.debts d where d.tenant = 'main' and not exists (select 1 from outside o where o.id = d.identity)
        for update skip locked)
      returning 1)
    select ((select count(*) from written) + (select count(*) from cleared))::int as moved`);
  return moved?.moved ?? 0;
}

const missing = (question: (typeof questions)[number]) => sql.raw(`d.${question}_since`);
const missingAny = sql.join(
  questions.map((question) => sql`${missing(question)} is not null`),
  sql` or `,
);

/**
 * Every figure of `debtFigures` (lib/domain/debt.ts) as it stands at `at`: rows of name, scope (`all` or a team's id) and value.
 * A team's nought may be absent.
 */
export const debtFiguresAt = (at: SQL): SQL => sql`
  select v.name, g.scope, v.value
  from (select ${scopeOf("d.team")} as scope, d.cause, count(*)::bigint as outside,
      floor(sum(extract(epoch from ${at} - d.since)) / 86400)::bigint as days
    from charter.debts d where d.tenant = 'main' group by grouping sets ((d.cause), (d.team, d.cause))) g,
    lateral (values ('outside.' || g.cause, g.outside), ('debt.' || g.cause, g.days)) v (name, value)
  union all
  select v.name, g.scope, v.value
  from (select ${scopeOf("d.team")} as scope, count(*) as outside, count(*) filter (where ${missingAny}) as "any",
      ${sql.join(
        questions.map((question) => sql`count(${missing(question)}) as ${sql.raw(`"${question}"`)}`),
        sql`, `,
      )}
    from charter.debts d where d.tenant = 'main' group by grouping sets ((), (d.team))) g,
    lateral (values ('outside.any', g.outside), ('missing.any', g."any"), ${sql.join(
      questions.map((question) => sql`(${`missing.${question}`}::text, g.${sql.raw(`"${question}"`)})`),
      sql`, `,
    )}) v (name, value)
  union all
  select 'counted', ${scopeOf("i.team")}, count(*) from charter.identities i
    where i.tenant = 'main' and ${enabled} group by grouping sets ((), (i.team))`;

const scopeOf = (column: string) => sql.raw(`case when grouping(${column}) = 1 then 'all' else ${column}::text end`);
