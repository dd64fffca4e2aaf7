import { type SQL, sql } from "drizzle-orm";
import { debtFigures } from "#lib/domain/debt.ts";
import type { Queries } from "../client.ts";
import { debtFiguresAt } from "./debts.ts";

const instant = (at: Date) => sql`${at.toISOString()}::timestamptz`;

/** Writes today's count of open findings, muted ones left out, by kind and by kind and team. */
export const countFindings = (db: Queries, at: Date, kinds: readonly string[]) =>
  keep(db, at, {
    names: kinds.map((kind) => `finding.${kind}`),
    counted: sql`
      select 'finding.' || f.kind as name, case when grouping(f.team) = 1 then 'all' else f.team::text end as scope, count(*) as value
      from charter.findings f
      where f.tenant = 'main' and f.closed_at is null and (f.muted_until is null or f.muted_until <= ${instant(at)})
      group by grouping sets ((f.kind), (f.kind, f.team))
      having grouping(f.team) = 1 or f.team is not null`,
  });

/** Writes today's figures of provisioning debt, in all and by team. */
export const countDebts = (db: Queries, at: Date) =>
  keep(db, at, { names: debtFigures, counted: debtFiguresAt(instant(at)) });

/** Whether the day of `at` has its figures of provisioning debt. */
export async function areDebtsCounted(db: Queries, at: Date): Promise<boolean> {
  const [row] = await db.execute<{ counted: boolean }>(sql`
    select exists (select 1 from charter.counters c where c.tenant = 'main' and c.name = 'counted' and c.scope = 'all'
      and c.day = (${instant(at)} at time zone 'UTC')::date) as counted`);
  return row?.counted === true;
}

interface Count {
  readonly names: readonly string[];
  /** Rows of name, scope and value. */
  readonly counted: SQL;
}

/**
 * Writes the day's figures where they changed. A day keeps its last ones, so that earlier days show a trend; `all` has a row for
 * every name, 0 included; a team has one from the first of the day on.
 */
const keep = (db: Queries, at: Date, { names, counted }: Count) =>
  db.execute(sql`
    with today as (select (${instant(at)} at time zone 'UTC')::date as day),
      counted as materialized (${counted}),
      known as (
        select name, 'all' as scope from unnest(${sql.param([...names])}::text[]) n (name)
        union select c.name, c.scope from charter.counters c, today
          where c.tenant = 'main' and c.day = today.day and c.name = any (${sql.param([...names])}::text[])
        union select name, scope from counted)
    insert into charter.counters (tenant, name, scope, day, value)
    select 'main', k.name, k.scope, today.day, coalesce(c.value, 0)
    from known k cross join today left join counted c on c.name = k.name and c.scope = k.scope
    where not exists (select 1 from charter.counters o where o.tenant = 'main' and o.name = k.name and o.scope = k.scope
      and o.day = today.day and o.value = coalesce(c.value, 0))
    order by k.name, k.scope
    on conflict (tenant, name, scope, day) do update set value = excluded.value`);
