import { and, eq, inArray, isNull, lt, ne, type SQL, sql } from "drizzle-orm";
import { environments } from "#lib/domain/charter.ts";
import {
  discrepancyFindings,
  type FindingKind,
  findingKinds,
  type RecordFinding,
  recordFindings,
  severityOf,
  wordsOf,
} from "#lib/domain/finding.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Discrepancy } from "#lib/domain/reconciliation.ts";
import type { Db, Queries, Tx } from "../client.ts";
import { findings } from "../schema/findings.ts";
import { credentials, identities } from "../schema/inventory.ts";
import { slots } from "../schema/uses.ts";
import { conditions, type FindingMeasures } from "./finding-conditions.ts";
import { saidOf } from "./mutes.ts";

export interface SeenFinding {
  readonly id: string;
  readonly kind: Discrepancy | "used-stray";
  readonly identity: string | null;
  readonly target: string;
  /** The object at the target that it is about; with target and kind it is the finding's key. */
  readonly object: string;
  readonly sentence: string;
  readonly evidence: JsonObject;
}

/** Opens a finding, or says that one is still so. One that was closed and comes back is opened anew; a mute it outlives is ended before. */
export const seeFinding = (db: Db | Tx, row: SeenFinding, at: Date) =>
  db
    .insert(findings)
    .values({ ...row, openedAt: at, seenAt: at })
    .onConflictDoUpdate({
      target: [findings.tenant, findings.kind, findings.target, findings.object],
      set: {
        sentence: row.sentence,
        evidence: row.evidence,
        identity: row.identity,
        seenAt: at,
        openedAt: sql`case when ${findings.closedAt} is null then ${findings.openedAt} else excluded.opened_at end`,
        closedAt: null,
      },
    });

const underWay = sql`exists (select 1 from charter.intents n where n.tenant = 'main' and n.identity = ${findings.identity} and n.state in ('running', 'undoing'))`;

/** Closes what a completed sweep of a target no longer saw: not of identities that are being changed, nor of `kept` ones, of which it learned nothing. */
export const closeUnseen = (
  db: Db | Tx,
  target: string,
  { since, kept }: { readonly since: Date; readonly kept: readonly string[] },
) =>
  db
    .update(findings)
    .set({ closedAt: since })
    .where(
      and(
        eq(findings.tenant, "main"),
        eq(findings.target, target),
        isNull(findings.closedAt),
        lt(findings.seenAt, since),
        inArray(findings.kind, [...discrepancyFindings]),
        sql`(${findings.identity} is null or not (${findings.identity} = any (${sql.param([...kept])}::uuid[]) or ${underWay}))`,
      ),
    );

/** Something that is not ours, met by an identity's request. */
export interface Taken {
  readonly id: string;
  readonly identity: string;
  readonly object: string;
}

/** What open findings of a target say is not ours, of identities that no sweep looks at: they never lived, or are over. */
export async function readTaken(db: Db, target: string, since: Date): Promise<readonly Taken[]> {
  const rows = await db.execute<{ id: string; identity: string; object: string }>(sql`
    select f.id, f.identity, f.object from charter.findings f join charter.identities i on i.tenant = 'main' and i.id = f.identity
    where f.tenant = 'main' and f.target = ${target} and f.kind = 'squatter' and f.closed_at is null
      and f.seen_at < ${since.toISOString()}::timestamptz and i.state in ('failed', 'retired')`);
  return [...rows];
}

/** Says that an open finding is still so. */
export const seeAgain = (db: Db, id: string, at: Date) =>
  db
    .update(findings)
    .set({ seenAt: at })
    .where(and(eq(findings.tenant, "main"), eq(findings.id, id), isNull(findings.closedAt)));

/** How many findings of a kind a sweep opened or wrote anew, and closed. */
export interface Swept extends Record<string, unknown> {
  readonly written: number;
  readonly closed: number;
}

/**
 * Makes the open findings of one kind those whose condition holds at `at`: one statement, which writes only what is new, has
 * changed or was last written a day ago. Two at once write the same in the same order; neither waits for the other's closing.
 */
export async function refreshFindings(db: Queries, kind: RecordFinding, measures: FindingMeasures): Promise<Swept> {
  const { from, where, evidence } = conditions[kind](measures);
  const at = sql`${measures.at.toISOString()}::timestamptz`;
  const says = (of: SQL) => saidOf(kind, of);
  const [swept] = await db.execute<Swept>(sql`
    with held as materialized (
      select i.id, i.target, i.object_name, i.team, i.environment, i.risk, ${evidence} as evidence
      from charter.identities i ${from} where i.tenant = 'main' and ${where}),
    told as (
      select h.id, h.target, h.object_name, h.team, h.environment, h.evidence, ${sentenceOf(kind)} as sentence, w.severity, w.parts
      from held h join ${weights(kind)} on w.environment = h.environment and w.risk = h.risk),
    written as (
      insert into charter.findings as f (tenant, id, kind, identity, team, environment, target, object, sentence, evidence, severity, severity_parts, opened_at, seen_at)
      select 'main', gen_random_uuid(), ${kind}, t.id, t.team, t.environment, t.target, t.object_name, t.sentence, t.evidence, t.severity, t.parts, ${at}, ${at}
      from told t where not exists (
        select 1 from charter.findings o where o.tenant = 'main' and o.kind = ${kind} and o.target = t.target and o.object = t.object_name
          and o.closed_at is null and o.sentence = t.sentence and ${says(sql`o.evidence`)} = ${says(sql`t.evidence`)} and o.severity_parts = t.parts and o.team = t.team and o.environment = t.environment and o.seen_at > ${at} - interval '1 day')
      order by t.target, t.object_name
      on conflict (tenant, kind, target, object) do update set identity = excluded.identity, team = excluded.team, environment = excluded.environment,
        sentence = excluded.sentence, evidence = excluded.evidence, severity = excluded.severity, severity_parts = excluded.severity_parts,
        opened_at = case when f.closed_at is null then f.opened_at else excluded.opened_at end, seen_at = excluded.seen_at, closed_at = null
      returning 1),
    closed as (
      update charter.findings set closed_at = ${at} where tenant = 'main' and id in (
        select o.id from charter.findings o where o.tenant = 'main' and o.kind = ${kind} and o.closed_at is null
          and not exists (select 1 from held h where h.id = o.identity) for update skip locked)
      returning 1)
    select (select count(*) from written)::int as written, (select count(*) from closed)::int as closed`);
  return swept ?? { written: 0, closed: 0 };
}

/** Weighs what the reconciler found by the identity it concerns, or by its kind alone; how many it wrote. */
export async function weighDiscrepancies(db: Queries): Promise<number> {
  const kinds = findingKinds.filter((kind) => !recordFindings.some((one) => one === kind));
  let written = 0;
  for (const kind of kinds) {
    const alone = severityOf(kind, null);
    const rows = await db.execute(sql`
      update charter.findings f set team = t.team, environment = t.environment, severity = t.severity, severity_parts = t.parts
      from (select f.id, i.team, i.environment, coalesce(w.severity, ${alone.points}::int) as severity, coalesce(w.parts, ${JSON.stringify(alone.parts)}::jsonb) as parts
        from charter.findings f left join charter.identities i on i.tenant = f.tenant and i.id = f.identity
          left join ${weights(kind)} on w.environment = i.environment and w.risk = i.risk
        where f.tenant = 'main' and f.kind = ${kind} and f.closed_at is null) t
      where f.tenant = 'main' and f.id = t.id and (f.severity_parts <> t.parts or f.team is distinct from t.team or f.environment is distinct from t.environment)
      returning 1`);
    written += rows.length;
  }
  return written;
}

/** The severity of this kind for each environment and risk: the domain's arithmetic as a table, so that it stands nowhere else. */
function weights(kind: FindingKind): SQL {
  const rows = environments.flatMap((environment) =>
    Array.from({ length: 101 }, (_, risk) => {
      const { points: severity, parts } = severityOf(kind, { environment, risk });
      return { environment, risk, severity, parts };
    }),
  );
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as w (environment text, risk int, severity int, parts jsonb)`;
}

/** The kind's sentence with its evidence in it. */
function sentenceOf(kind: RecordFinding): SQL {
  const pieces = (wordsOf(kind).sentence ?? "").split(/\{(\w+)\}/);
  const written = pieces.map((piece, at) =>
    at % 2 === 0 ? sql`${piece}::text` : sql`coalesce(h.evidence ->> ${piece}::text, '')`,
  );
  return sql.join(written, sql` || `);
}

/** An identity's credentials that are not removed, with the version in the vault and when they were stored; null where something ran on it since `at`. */
export async function readKept(db: Db, identity: string, at: Date) {
  const { externalId, vaultVersion, issuedAt, state } = credentials;
  const running = sql<boolean>`exists (select 1 from charter.intents where tenant = 'main'
    and identity = ${identity}::uuid and (state in ('running', 'undoing') or finished_at >= ${at.toISOString()}::timestamptz))`;
  const rows = await db
    .select({ id: externalId, vaultVersion, issuedAt, state, running })
    .from(credentials)
    .where(and(eq(credentials.tenant, "main"), eq(credentials.identity, identity), ne(state, "removed")));
  return rows.some((row) => row.running) ? null : rows;
}

const settledOn = (target: string) =>
  and(
    eq(identities.tenant, "main"),
    eq(identities.target, target),
    sql`${identities.state} in ('live', 'suspended', 'retiring')`,
    sql`not exists (select 1 from charter.intents i where i.tenant = 'main' and i.identity = ${identities.id}
      and i.state in ('running', 'undoing') and i.kind not in ('retire', 'rotate'))`,
  );

/** The objects of `readSettled`, by their names at the target. */
export async function readSettledNames(db: Db, target: string): Promise<ReadonlySet<string>> {
  const rows = await db.select({ name: identities.objectName }).from(identities).where(settledOn(target));
  return new Set(rows.map(({ name }) => name));
}

/** Identities on a target that should exist there now: lived, not retired, nothing running on them. */
export const readSettled = (db: Db, target: string) =>
  db
    .select({
      id: identities.id,
      objectName: identities.objectName,
      state: identities.state,
      version: identities.version,
      observedAt: identities.observedAt,
      differences: identities.differences,
      firstUseAt: identities.firstUseAt,
      /** Ids of every credential it was ever given; null while one is being replaced or removed. */
      recorded: sql<
        readonly string[] | null
      >`case when not exists (select 1 from charter.intents i where i.tenant = 'main'
          and i.identity = identities.id and i.state in ('running', 'undoing'))
        then array(select c.external_id from charter.credentials c where c.tenant = 'main' and c.identity = identities.id) end`,
      /** What its slot's metadata showed last, each null while it was not read; null where nothing is kept of it. */
      slot: { vault: slots.vault, version: slots.version, writtenAt: slots.writtenAt, observedAt: slots.observedAt },
    })
    .from(identities)
    .leftJoin(slots, and(eq(slots.tenant, identities.tenant), eq(slots.identity, identities.id)))
    .where(settledOn(target));
