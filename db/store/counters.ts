import { sql } from "drizzle-orm";
import type { Queries } from "../client.ts";

/**
 * Writes today's count of open findings, muted ones left out, by kind and by kind and team. A day keeps its last count, so that
 * earlier days show a trend; `all` has a row for every kind, 0 included; a team has one from the first of the day on.
 */
export const countFindings = (db: Queries, at: Date, kinds: readonly string[]) =>
  db.execute(sql`
    with today as (select (${at.toISOString()}::timestamptz at time zone 'UTC')::date as day),
      counted as (
        select 'finding.' || f.kind as name, case when grouping(f.team) = 1 then 'all' else f.team::text end as scope, count(*)::int as value
        from charter.findings f
        where f.tenant = 'main' and f.closed_at is null and (f.muted_until is null or f.muted_until <= ${at.toISOString()}::timestamptz)
        group by grouping sets ((f.kind), (f.kind, f.team))
        having grouping(f.team) = 1 or f.team is not null),
      known as (
        select 'finding.' || k.kind as name, 'all' as scope from unnest(${sql.param([...kinds])}::text[]) k (kind)
        union select c.name, c.scope from charter.counters c, today where c.tenant = 'main' and c.day = today.day and c.name like 'finding.%'
        union select name, scope from counted)
    insert into charter.counters (tenant, name, scope, day, value)
    select 'main', k.name, k.scope, today.day, coalesce(c.value, 0)
    from known k cross join today left join counted c on c.name = k.name and c.scope = k.scope
    where not exists (select 1 from charter.counters o where o.tenant = 'main' and o.name = k.name and o.scope = k.scope
      and o.day = today.day and o.value = coalesce(c.value, 0))
    order by k.name, k.scope
    on conflict (tenant, name, scope, day) do update set value = excluded.value`);
