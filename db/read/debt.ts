import { type SQL, sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";
import { type CountedDay, type DebtGroup, debtFigures } from "#lib/domain/debt.ts";
import type { Queries } from "../client.ts";
import { identities } from "../schema/inventory.ts";

/** Identities of a group that is counted by its name (lib/domain/debt.ts), as the last pass found them. */
export function inDebtGroup(group: DebtGroup): SQL {
  const enabled = sql`${identities.state} in ('live', 'suspended')`;
  if (group === "counted") return enabled;
  const [how, what = ""] = group.split(".");
  const outside = how === "missing" ? missing(what) : what === "any" ? sql`true` : sql`d.cause = ${what}`;
  const rows = sql`(select d.identity from charter.debts d where d.tenant = 'main' and (${outside}))`;
  // Few are looked up one by one; of many the list's own order is walked until a page is full.
  return sql`${enabled} and ${identities.id} ${what === "any" || what === "policy" ? sql`in ${rows}` : sql`= any (array${rows})`}`;
}

const missing = (what: string): SQL =>
  what === "any"
    ? sql`d.who_since is not null or d.why_since is not null or d.reach_since is not null or d.end_since is not null`
    : sql`${sql.raw(`d.${what}_since`)} is not null`;

/** A team whose figures this viewer may see. */
export interface DebtScope {
  readonly slug: string;
  readonly name: string;
}

export interface DebtHistory {
  /** The team that is shown; null: everything. */
  readonly team: DebtScope | null;
  /** What else may be shown: own teams, and for those who see everything each team. */
  readonly teams: readonly DebtScope[];
  /** Today by the business clock, as 2026-11-29. */
  readonly today: string;
  /** Counted days since `weeks` weeks, in order; none that lies ahead, which is left where a clock was set back. */
  readonly days: readonly CountedDay[];
}

/** Figures of one team or of everything, day by day; null for who neither sees everything nor belongs to a team. */
export async function readDebtHistory(
  db: Queries,
  viewer: Viewer,
  { team, weeks }: { readonly team: string; readonly weeks: number },
): Promise<DebtHistory | null> {
  const all = seesEverything(viewer);
  const [told] = await db.execute<{ today: string; teams: readonly (DebtScope & { readonly id: string })[] }>(sql`
    select to_char(charter.clock() at time zone 'UTC', 'YYYY-MM-DD') as today,
      coalesce((select json_agg(t order by t.name) from (select id, slug, name from charter.teams where tenant = 'main'
        and (${all} or id = any (${sql.param([...viewer.teams])}::uuid[])) order by name limit 500) t), '[]') as teams`);
  const { today, teams } = told ?? { today: "", teams: [] };
  const shown = teams.find(({ slug }) => slug === team) ?? (all ? null : teams[0]);
  if (shown === undefined) return null;
  const rows = await db.execute<{ day: string; name: string; value: string }>(sql`
    select to_char(c.day, 'YYYY-MM-DD') as day, c.name, c.value from charter.counters c
    where c.tenant = 'main' and c.name = any (${sql.param([...debtFigures])}::text[]) and c.scope = ${shown?.id ?? "all"}
      and c.day > ((select charter.clock()) at time zone 'UTC')::date - ${weeks * 7}::int
      and c.day <= ((select charter.clock()) at time zone 'UTC')::date order by c.day`);
  return {
    team: shown === null ? null : { slug: shown.slug, name: shown.name },
    teams: teams.map(({ slug, name }) => ({ slug, name })),
    today,
    days: asDays(rows),
  };
}

function asDays(
  rows: readonly { readonly day: string; readonly name: string; readonly value: string }[],
): readonly CountedDay[] {
  const days = new Map<string, Map<string, number>>();
  for (const { day, name, value } of rows) {
    const figures = days.get(day) ?? new Map<string, number>();
    days.set(day, figures.set(name, Number(value)));
  }
  return [...days].map(([day, figures]) => ({ day, figures }));
}
