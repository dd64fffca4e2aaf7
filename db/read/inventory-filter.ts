import { and, eq, inArray, notInArray, type SQL, sql } from "drizzle-orm";
import { environments } from "#lib/domain/charter.ts";
import { asCoverage, type Coverage } from "#lib/domain/coverage.ts";
import { asDebtGroup } from "#lib/domain/debt.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Tile } from "#lib/domain/tile.ts";
import type { Queries } from "../client.ts";
import { teams } from "../schema/directory.ts";
import { identities } from "../schema/inventory.ts";
import { gonePeople } from "../store/active-people.ts";
import { mayBeAsked, stands } from "./coverage.ts";
import { inDebtGroup } from "./debt.ts";
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
  /** How far its question is (lib/domain/coverage.ts). */
  readonly attestation: string;
  /** `name`, `ends`, `born`, `used`, `risk`, with `-` for descending. */
  readonly sort: string;
}

/** What is not over. */
export const present = notInArray(identities.state, ["retired", "failed"]);
export const openFindings = sql`from charter.findings f where f.tenant = 'main' and f.identity = charter.identities.id and f.closed_at is null
  and (f.muted_until is null or f.muted_until <= (select charter.clock()))`;

/** What holds of rows, and whether it names them one by one: then those few are read, whatever else is asked. */
interface Condition {
  readonly where: SQL | undefined;
  readonly listed: boolean;
}

/**
 * Identities that another table tells of are looked up one by one where they are few, else joined as the planner likes: rare ones are
 * never walked for, since they may lie together at the far end of an order.
 */
async function among(db: Queries, rows: SQL): Promise<Condition> {
  const [found] = await db.execute<{ few: boolean }>(
    sql`select count(*) <= ${few} as few from (${rows} limit ${few + 1}) one`,
  );
  return found?.few === true
    ? { where: sql`${identities.id} = any (array(${rows}))`, listed: true }
    : { where: sql`${identities.id} in (${rows})`, listed: false };
}
const few = 10_000;

const withFinding = (db: Queries, kind: SQL): Promise<Condition> =>
  among(
    db,
    sql`select f.identity from charter.findings f where f.tenant = 'main' and f.closed_at is null and f.identity is not null
      and (f.muted_until is null or f.muted_until <= (select charter.clock())) ${kind}`,
  );

/** So many are handed over by their ids. */
const fewPeople = 2000;
/** Owned by people who are not active: by name where they are few, so that the planner knows how much they own. */
async function unowned(db: Queries): Promise<Condition> {
  const found = await db.execute<{ person: string }>(sql`${gonePeople} limit ${fewPeople + 1}`);
  const ids = found.map(({ person }) => person);
  const owners = ids.length > fewPeople ? sql`array(${gonePeople})` : sql`${sql.param(ids)}::uuid[]`;
  return { where: sql`${identities.owner} = any (${owners})`, listed: false };
}

/** The finding, muted or not, says whose end is near: policy says how near, and the sweep of each minute asks it. */
async function expiring(db: Queries): Promise<Condition> {
  const told = await among(
    db,
    sql`select f.identity from charter.findings f where f.tenant = 'main' and f.kind = 'expiring' and f.closed_at is null`,
  );
  return { ...told, where: and(isEnabled, told.where) };
}

/** The finding, muted or not, says whose secret is too old: the rule itself lies within each charter, and the sweep of each minute reads it. */
async function unrotated(db: Queries): Promise<Condition> {
  const told = await among(
    db,
    sql`select f.identity from charter.findings f where f.tenant = 'main' and f.kind = 'unrotated' and f.closed_at is null`,
  );
  return { ...told, where: and(isLive, told.where) };
}

async function covered(db: Queries, coverage: Coverage): Promise<Condition> {
  const { by, rows } = stands(coverage);
  const told =
    by === "questions"
      ? await among(db, rows)
      : { where: sql`not exists (${rows} and q.identity = ${identities.id})`, listed: false };
  return { ...told, where: and(mayBeAsked, told.where) };
}

export const isEnabled = sql`${identities.state} in ('live', 'suspended')`;
export const isLive = sql`${identities.state} = 'live'`;
/** The tiles that a row tells of by itself. */
export const toldByRow = {
  suspended: sql`${identities.state} = 'suspended'`,
  stale: sql`${identities.staleSince} is not null and ${isLive}`,
  "never-used": sql`${identities.useAnswer} = 'not-used' and ${identities.firstUseAt} is null and ${isLive}`,
  "no-signal": sql`${identities.useAnswer} = 'no-signal' and ${isLive}`,
  static: sql`${identities.credential} = 'static'`,
  differs: sql`${identities.differences} <> '[]'::jsonb`,
} as const;
/** The clock is asked once: in the row's own condition it would be asked for every row. */
const tileConditions: { readonly [T in Tile]: SQL | undefined | ((db: Queries) => Promise<Condition>) } = {
  ...toldByRow,
  all: undefined,
  findings: (db) => withFinding(db, sql``),
  unattested: (db) => covered(db, "overdue"),
  unowned,
  expiring,
  unrotated,
};

/** What holds of the rows of a tile. */
export async function tileWhere(db: Queries, tile: Tile): Promise<Condition> {
  const condition = tileConditions[tile];
  return typeof condition === "function" ? condition(db) : { where: condition, listed: false };
}

/** Whether a filter asks for the rows of its tile and no fewer. */
export const isTileAlone = ({ tile: _, sort: __, q, ...others }: InventoryFilter): boolean =>
  q.trim() === "" && Object.values(others).every((value) => value === "");

export interface Conditions extends Condition {
  /** True when a search word matched more than is looked through. */
  readonly cut: boolean;
}

/** What holds of the rows of a filter, whoever looks; what it does not know filters nothing. */
export async function conditions(db: Queries, filter: InventoryFilter): Promise<Conditions> {
  const text = filter.q.trim();
  const attestation = asCoverage(filter.attestation);
  const [search, tile, finding, attested] = await Promise.all([
    text === "" ? null : matching(db, text),
    tileWhere(db, filter.tile),
    filter.finding ? withFinding(db, sql`and f.kind = ${filter.finding}`) : undefined,
    attestation ? covered(db, attestation) : undefined,
  ]);
  const environment = environments.find((candidate) => candidate === filter.environment);
  const debt = asDebtGroup(filter.debt);
  const where = and(
    filter.state === "retired" ? inArray(identities.state, ["retired", "failed"]) : present,
    filter.state && filter.state !== "retired" ? sql`${identities.state} = ${filter.state}` : undefined,
    tile.where,
    environment ? eq(identities.environment, environment) : undefined,
    filter.target ? eq(identities.target, filter.target) : undefined,
    filter.blueprint ? eq(identities.blueprint, filter.blueprint) : undefined,
    filter.team
      ? sql`${identities.team} = (select ${teams.id} from ${teams} where ${teams.tenant} = 'main' and ${teams.slug} = ${filter.team})`
      : undefined,
    isUuid(filter.owner) ? eq(identities.owner, filter.owner) : undefined,
    isUuid(filter.service) ? eq(identities.service, filter.service) : undefined,
    finding?.where,
    attested?.where,
    debt ? inDebtGroup(debt) : undefined,
    search ? sql`${identities.id} = any (${sql.param([...search.ids])}::uuid[])` : undefined,
  );
  const listed = search !== null || tile.listed || finding?.listed === true || attested?.listed === true;
  return { where, listed, cut: search?.cut ?? false };
}
