import { and, eq, inArray, notInArray, type SQL, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import { environments } from "#lib/domain/charter.ts";
import { asDebtGroup } from "#lib/domain/debt.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Tile } from "#lib/domain/tile.ts";
import type { Queries } from "../client.ts";
import { people, teams } from "../schema/directory.ts";
import { identities } from "../schema/inventory.ts";
import { inDebtGroup } from "./debt.ts";
import { identitySight } from "./identity-sight.ts";
import { matching } from "./inventory-search.ts";

export interface InventoryFilter {
  readonly tile: Tile;
  readonly q: string;
  readonly environment: string;
  readonly target: string;
  readonly blueprint: string;
  readonly team: string;
  readonly state: string;
  /** A kind of finding. */
  readonly finding: string;
  /** Id of a person, and of a business service. */
  readonly owner: string;
  readonly service: string;
  /** A group of provisioning debt (lib/domain/debt.ts). */
  readonly debt: string;
  /** `name`, `ends`, `born`, `used`, `risk`, with `-` for descending. */
  readonly sort: string;
}

/** Days before its end from which an identity counts as expiring. */
const expiringDays = 30;

/** What is not over. */
export const present = notInArray(identities.state, ["retired", "failed"]);
export const openFindings = sql`from charter.findings f where f.tenant = 'main' and f.identity = charter.identities.id and f.closed_at is null
  and (f.muted_until is null or f.muted_until <= (select charter.clock()))`;

/** The clock and who is gone are asked once: in the row's own condition they would be asked for every row. */
export const tileCondition: { readonly [T in Tile]: SQL | undefined } = {
  all: undefined,
  findings: sql`exists (select 1 ${openFindings})`,
  unattested: sql`exists (select 1 from charter.questions q where q.tenant = 'main' and q.identity = charter.identities.id and q.stage = 'overdue')`,
  suspended: sql`${identities.state} = 'suspended'`,
  unowned: sql`${identities.owner} = any (array(select ${people.canonical} from ${people} where ${people.tenant} = 'main' group by ${people.canonical} having not bool_or(${people.active})))`,
  expiring: sql`${identities.state} = 'live' and ${identities.endsAt} < (select charter.clock() + make_interval(days => ${expiringDays}))`,
  stale: sql`${identities.staleSince} is not null and ${identities.state} = 'live'`,
  "never-used": sql`${identities.useAnswer} = 'not-used' and ${identities.firstUseAt} is null and ${identities.state} = 'live'`,
  "no-signal": sql`${identities.useAnswer} = 'no-signal' and ${identities.state} = 'live'`,
  static: eq(identities.credential, "static"),
  unrotated: sql`${identities.credential} = 'static' and ${identities.state} = 'live' and exists (
    select 1 from charter.credentials c where c.tenant = 'main' and c.identity = charter.identities.id and c.state = 'active'
      and c.issued_at < (select charter.clock())
        - make_interval(days => coalesce((charter.identities.charter -> 'rotation' ->> 'everyDays')::integer, 0)))`,
  differs: sql`${identities.differences} <> '[]'::jsonb`,
};

/** Identities that another table tells of are looked up first where they are few, else asked for of each row: rare ones are never walked for. */
const few = 2000;
async function fewOr(db: Queries, rows: SQL, condition: SQL): Promise<SQL> {
  const found = await db.execute<{ id: string }>(
    sql`select distinct one.identity as id from (${rows} limit ${few + 1}) one`,
  );
  const ids = found.map(({ id }) => id);
  return ids.length > few ? condition : anyOf(ids);
}
const anyOf = (ids: readonly string[]): SQL => sql`${identities.id} = any (${sql.param([...ids])}::uuid[])`;

const withFinding = (db: Queries, kind: SQL): Promise<SQL> =>
  fewOr(
    db,
    sql`select f.identity from charter.findings f where f.tenant = 'main' and f.closed_at is null and f.identity is not null
      and (f.muted_until is null or f.muted_until <= (select charter.clock())) ${kind}`,
    sql`exists (select 1 ${openFindings} ${kind})`,
  );

/** What holds of the rows of a tile. */
export async function tileWhere(db: Queries, tile: Tile): Promise<SQL | undefined> {
  if (tile === "findings") return withFinding(db, sql``);
  const condition = tileCondition[tile];
  return tile === "unattested" && condition
    ? fewOr(
        db,
        sql`select q.identity from charter.questions q where q.tenant = 'main' and q.stage = 'overdue'`,
        condition,
      )
    : condition;
}

export interface Conditions {
  readonly where: SQL | undefined;
  /** True when a search word matched more than is looked through. */
  readonly cut: boolean;
}

/** What holds of the rows of a filter, within the viewer's sight; what it does not know filters nothing. */
export async function conditions(db: Queries, viewer: Viewer, filter: InventoryFilter): Promise<Conditions> {
  const text = filter.q.trim();
  const [search, tile, finding] = await Promise.all([
    text === "" ? null : matching(db, text),
    tileWhere(db, filter.tile),
    filter.finding ? withFinding(db, sql`and f.kind = ${filter.finding}`) : undefined,
  ]);
  const environment = environments.find((candidate) => candidate === filter.environment);
  const debt = asDebtGroup(filter.debt);
  const where = and(
    eq(identities.tenant, "main"),
    identitySight(viewer),
    filter.state === "retired" ? inArray(identities.state, ["retired", "failed"]) : present,
    filter.state && filter.state !== "retired" ? sql`${identities.state} = ${filter.state}` : undefined,
    tile,
    environment ? eq(identities.environment, environment) : undefined,
    filter.target ? eq(identities.target, filter.target) : undefined,
    filter.blueprint ? eq(identities.blueprint, filter.blueprint) : undefined,
    filter.team
      ? sql`${identities.team} = (select ${teams.id} from ${teams} where ${teams.tenant} = 'main' and ${teams.slug} = ${filter.team})`
      : undefined,
    isUuid(filter.owner) ? eq(identities.owner, filter.owner) : undefined,
    isUuid(filter.service) ? eq(identities.service, filter.service) : undefined,
    finding,
    debt ? inDebtGroup(debt) : undefined,
    search ? anyOf(search.ids) : undefined,
  );
  return { where, cut: search?.cut ?? false };
}
