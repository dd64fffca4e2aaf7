import { and, eq, gte, isNull, lt, not, type SQL, sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";
import { environments } from "#lib/domain/charter.ts";
import {
  asFindingKind,
  type FindingKind,
  findingKinds,
  severityBelow,
  severityFrom,
  severityLevels,
} from "#lib/domain/finding.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Queries } from "../client.ts";
import { people, teams } from "../schema/directory.ts";
import { findings } from "../schema/findings.ts";
import { identities } from "../schema/inventory.ts";
import { concerned, findingSight, unmuted } from "./finding-sight.ts";
import { inSight } from "./identity-sight.ts";
import { readInventoryChoices } from "./inventory.ts";
import { after, type Cursor, cursorValue, encodeCursor, inOrder, type Sort } from "./keyset.ts";

export interface FindingFilter {
  readonly kind: string;
  readonly severity: string;
  readonly environment: string;
  readonly target: string;
  /** Slug. */
  readonly team: string;
  /** Id of the owner. */
  readonly owner: string;
  /** Part of an identity's or an object's name. */
  readonly q: string;
  /** `muted`: those alone; anything else leaves them out. */
  readonly muted: string;
}

const pageSize = 50;
/** Rows of an export read at once: all of it that is ever held. */
const batch = 500;
const capped = 10_000;
const worstFirst: Sort = { column: findings.severity, id: findings.id, descending: true, type: "integer" };
const isOpen = and(eq(findings.tenant, "main"), isNull(findings.closedAt));

/** By the name of its identity, or of its object where it concerns none. */
function named(text: string): SQL {
  const like = `%${text
    .slice(0, 100)
    .toLowerCase()
    .replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
  return sql`(lower(${identities.name}) like ${like} or ${identities.id} is null and lower(${findings.object}) like ${like})`;
}

/** Every part of the filter but the kind, which groups leave out; what is unknown filters nothing. */
function narrowed(viewer: Viewer, filter: FindingFilter, sight = findingSight(viewer)): SQL | undefined {
  const environment = environments.find((one) => one === filter.environment);
  const level = severityLevels.find((one) => one === filter.severity);
  return and(
    isOpen,
    sight,
    filter.muted === "muted" ? not(unmuted) : unmuted,
    level ? gte(findings.severity, severityFrom[level]) : undefined,
    level ? lt(findings.severity, severityBelow(level)) : undefined,
    environment ? eq(findings.environment, environment) : undefined,
    filter.target ? eq(findings.target, filter.target) : undefined,
    filter.team
      ? sql`${findings.team} = (select ${teams.id} from ${teams} where ${teams.tenant} = 'main' and ${teams.slug} = ${filter.team})`
      : undefined,
    filter.q.trim() === "" ? undefined : named(filter.q.trim()),
    isUuid(filter.owner) ? eq(identities.owner, filter.owner) : undefined,
  );
}

const nameOf = (id: typeof identities.owner | typeof findings.mutedBy) =>
  sql<string>`coalesce((select ${people.name} from ${people} where ${people.tenant} = 'main' and ${people.id} = ${id}), '')`;

const columns = {
  id: findings.id,
  kind: findings.kind,
  sentence: findings.sentence,
  severity: findings.severity,
  severityParts: findings.severityParts,
  target: findings.target,
  object: findings.object,
  openedAt: findings.openedAt,
  mutedUntil: sql<Date | null>`case when ${unmuted} then null else ${findings.mutedUntil} end`.mapWith(
    findings.mutedUntil,
  ),
  muteReason: findings.muteReason,
  muteEndedAt: findings.muteEndedAt,
  muteEnding: findings.muteEnding,
  mutedBy: nameOf(findings.mutedBy),
  identity: identities.id,
  name: identities.name,
  environment: identities.environment,
  state: identities.state,
  ownerName: nameOf(identities.owner),
  owner: identities.owner,
  endsIt: identities.endsIt,
  backup: sql<{ person: string } | { team: string } | null>`${identities.charter} -> 'backup'`,
};

const selected = (db: Queries) => db.select({ ...columns, cursor: cursorValue(worstFirst) }).from(findings);
type Selected = Awaited<ReturnType<typeof readRows>>[number];
const readRows = (db: Queries, where: SQL | undefined, limit: number) =>
  selected(db).leftJoin(identities, concerned).where(where).orderBy(inOrder(worstFirst)).limit(limit);

export interface FindingRow extends Omit<Selected, "kind" | "cursor"> {
  readonly kind: FindingKind;
}
const known = (rows: readonly Selected[]): readonly FindingRow[] =>
  rows.flatMap(({ cursor: _, ...row }) => {
    const kind = asFindingKind(row.kind);
    return kind === null ? [] : [{ ...row, kind }];
  });

export interface FindingsPage {
  readonly rows: readonly FindingRow[];
  readonly next: string | null;
}

/** One page of open findings in sight of the viewer, worst first, by key. */
export async function readFindings(
  db: Queries,
  viewer: Viewer,
  { filter, cursor }: { readonly filter: FindingFilter; readonly cursor: Cursor | null },
): Promise<FindingsPage> {
  const kind = asFindingKind(filter.kind);
  const where = and(narrowed(viewer, filter), kind ? eq(findings.kind, kind) : undefined, after(worstFirst, cursor));
  const found = await readRows(db, where, pageSize + 1);
  const last = found[pageSize - 1];
  const next = found.length > pageSize && last ? encodeCursor({ value: last.cursor, id: last.id }) : null;
  return { rows: known(found.slice(0, pageSize)), next };
}

/** Every open finding in sight of the viewer that fits the filter, worst first, a batch at a time. */
export async function* readWholeFindings(db: Queries, viewer: Viewer, filter: FindingFilter) {
  const kind = asFindingKind(filter.kind);
  const where = and(narrowed(viewer, filter), kind ? eq(findings.kind, kind) : undefined);
  let cursor: Cursor | null = null;
  do {
    const found: readonly Selected[] = await readRows(db, and(where, after(worstFirst, cursor)), batch + 1);
    const last = found[batch - 1];
    if (found.length > 0) yield known(found.slice(0, batch));
    cursor = found.length > batch && last ? { value: last.cursor, id: last.id } : null;
  } while (cursor !== null);
}

/** Open findings of one identity, worst first, muted ones too; ask only for an identity in sight. */
export const readFindingsOf = async (db: Queries, identity: string): Promise<readonly FindingRow[]> =>
  known(await readRows(db, and(isOpen, eq(findings.identity, identity)), pageSize));

export interface FindingGroup {
  readonly kind: FindingKind;
  readonly count: { readonly value: number; readonly more: boolean };
  /** Since when the oldest of them is open; null when there is none. */
  readonly oldest: Date | null;
  readonly worst: number;
  /** Open at the end of those of the last 30 days that were counted, in all or by team, oldest first; empty where the filter asks for more. */
  readonly trend: readonly CountedDay[];
}
interface CountedDay {
  readonly daysAgo: number;
  readonly value: number;
}

/** Each kind with what is open of it in sight of the viewer and within the filter, counted up to 10,000. */
export async function readFindingGroups(
  db: Queries,
  viewer: Viewer,
  filter: FindingFilter,
): Promise<readonly FindingGroup[]> {
  // Everything in sight at once, from indexes, not row by row: all of it is counted.
  const seen = inSight(viewer, { where: undefined, listed: false, columns: sql`true as seen` });
  const sight = seesEverything(viewer) ? undefined : sql`${findings.identity} in (select seen.id from ${seen} seen)`;
  const where = narrowed(viewer, filter, sight);
  const [counted, trends] = await Promise.all([
    seesEverything(viewer) ? countKinds(db, where) : countInSight(db, where),
    isCounted(filter) ? readTrends(db, viewer, filter.team) : new Map<string, readonly CountedDay[]>(),
  ]);
  return findingKinds.map((kind) => ({
    kind,
    ...(counted.get(kind) ?? { count: { value: 0, more: false }, oldest: null, worst: 0 }),
    trend: trends.get(`finding.${kind}`) ?? [],
  }));
}

type Counted = Omit<FindingGroup, "kind" | "trend">;

/** Each kind from its own index, no further than the cap. */
const countKinds = async (db: Queries, where: SQL | undefined): Promise<ReadonlyMap<string, Counted>> =>
  new Map(
    await Promise.all(
      findingKinds.map(async (kind) => [kind, await countKind(db, and(where, eq(findings.kind, kind)))] as const),
    ),
  );

/** All kinds in one pass: what is in sight of a person is asked once a row, and there is little of it. */
async function countInSight(db: Queries, where: SQL | undefined): Promise<ReadonlyMap<string, Counted>> {
  const rows = await db
    .select({
      kind: findings.kind,
      value: sql<number>`count(*)::int`,
      oldest: sql<Date | null>`min(${findings.openedAt})`.mapWith(findings.openedAt),
      worst: sql<number>`max(${findings.severity})`,
    })
    .from(findings)
    .leftJoin(identities, concerned)
    .where(where)
    .groupBy(findings.kind);
  return new Map(rows.map(({ kind, value, ...row }) => [kind, { ...row, count: cappedTo(value) }]));
}

const cappedTo = (value: number) => ({ value: Math.min(value, capped), more: value > capped });

/** Days were counted by kind and team alone. */
const isCounted = ({ severity, environment, target, owner, q, muted }: FindingFilter): boolean =>
  [severity, environment, target, owner, q.trim(), muted].every((text) => text === "");

async function countKind(db: Queries, where: SQL | undefined) {
  const found = db
    .select({ openedAt: findings.openedAt, severity: findings.severity })
    .from(findings)
    .leftJoin(identities, concerned)
    .where(where)
    .limit(capped + 1)
    .as("found");
  const [row] = await db
    .select({
      value: sql<number>`count(*)::int`,
      oldest: sql<Date | null>`min(${found.openedAt})`.mapWith(findings.openedAt),
      worst: sql<number>`coalesce(max(${found.severity}), 0)`,
    })
    .from(found);
  return {
    count: cappedTo(row?.value ?? 0),
    oldest: row?.oldest ?? null,
    worst: row?.worst ?? 0,
  };
}

/** Counts of the last 30 days by name, where there are any: of one team, of everything, or of the viewer's own teams together. */
async function readTrends(
  db: Queries,
  viewer: Viewer,
  team: string,
): Promise<ReadonlyMap<string, readonly CountedDay[]>> {
  const scope =
    team !== ""
      ? sql`c.scope in (select t.id::text from charter.teams t where t.tenant = 'main' and t.slug = ${team}
          and (${seesEverything(viewer)} or t.id = any (${sql.param([...viewer.teams])}::uuid[])))`
      : seesEverything(viewer)
        ? sql`c.scope = 'all'`
        : sql`c.scope = any (${sql.param([...viewer.teams])}::text[])`;
  const rows = await db.execute<{ name: string; days: CountedDay[] }>(sql`
    with days as (select distinct day from charter.counters where tenant = 'main' and scope = 'all' and name = ${`finding.${findingKinds[0]}`}
        and day > ((select charter.clock()) at time zone 'UTC')::date - 30
        and day <= ((select charter.clock()) at time zone 'UTC')::date),
      names as (select distinct name from charter.counters where tenant = 'main' and scope = 'all' and day in (select day from days))
    select n.name, jsonb_agg(jsonb_build_object('value', coalesce(v.value, 0),
      'daysAgo', ((select charter.clock()) at time zone 'UTC')::date - d.day) order by d.day) as days
    from names n cross join days d left join lateral (select sum(c.value)::int as value from charter.counters c
      where c.tenant = 'main' and c.name = n.name and c.day = d.day and ${scope}) v on true
    group by n.name`);
  return new Map(rows.map(({ name, days }) => [name, days]));
}

export interface FindingChoices {
  readonly targets: readonly string[];
  readonly teams: readonly { readonly slug: string; readonly name: string }[];
  /** The owner that is filtered by; rows lead to it. */
  readonly owner: { readonly id: string; readonly name: string } | null;
}

/** What the filters offer: what is configured, not what occurs, so that a filter costs no scan. */
export async function readFindingChoices(db: Queries, viewer: Viewer, owner: string): Promise<FindingChoices> {
  const { targets, teams, owner: named } = await readInventoryChoices(db, viewer, { owner, service: "" });
  return { targets, teams, owner: named };
}
