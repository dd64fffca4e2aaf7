import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { nouns } from "#lib/audit/entry.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Queries } from "../client.ts";
import { auditCheckpoints, auditEntries } from "../schema/audit.ts";

export interface AuditFilter {
  /** A whole id, the beginning of an action, or part of a person's name. */
  readonly q: string;
  readonly noun: string;
  readonly channel: string;
  /** Whether a page that asks for nothing shows the saga's steps too; they are most of a log. */
  readonly steps: boolean;
}

/** Where an audit page ends: instant as PostgreSQL prints it, noun, aggregate and seq. */
export interface AuditCursor {
  readonly at: string;
  readonly noun: string;
  readonly aggregate: string;
  readonly seq: number;
}

const pageSize = 100;

/** The audit page is for security and auditor alone. */
export const readsAudit = (viewer: Viewer): boolean =>
  viewer.roles.includes("security") || viewer.roles.includes("auditor");

function where(filter: AuditFilter, cursor: AuditCursor | null): SQL | undefined {
  const { noun, channel, steps } = filter;
  const q = filter.q.trim().slice(0, 100);
  const within = and(
    sql`e.tenant = 'main'`,
    channel ? sql`e.channel = ${channel}` : undefined,
    cursor
      ? sql`${place} < (${cursor.at}::timestamptz, ${cursor.noun}, ${cursor.aggregate}, ${cursor.seq}::int)`
      : undefined,
  );
  if (q || noun)
    return sql`(noun, aggregate, seq) in (select noun, aggregate, seq from (${candidates({ q, noun, within })}) e ${newest})`;
  return and(within, steps ? undefined : sql`e.noun <> 'step'`);
}

const place = sql`(e.at, e.noun, e.aggregate, e.seq)`;
const newest = sql`order by e.at desc, e.noun desc, e.aggregate desc, e.seq desc limit ${pageSize + 1}`;

/** The newest entries of each action, actor and id that is meant, each from its own index: an OR of them would read the whole log. */
function candidates({
  q,
  noun,
  within,
}: {
  readonly q: string;
  readonly noun: string;
  readonly within: SQL | undefined;
}): SQL {
  const from = sql`select e.at, e.noun, e.aggregate, e.seq from charter.audit_entries e where ${within}`;
  const byAction = sql`
    with recursive known as (
      (select action from charter.audit_entries where tenant = 'main' order by action limit 1)
      union all
      select (select action from charter.audit_entries where tenant = 'main' and action > known.action order by action limit 1)
      from known where known.action is not null)
    select f.* from known, lateral (${from} and e.action = known.action ${newest}) f
    where starts_with(known.action, ${noun ? `${noun}.` : ""}) and starts_with(known.action, ${q})`;
  if (!q) return byAction;
  const like = `%${q.replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
  const ofNoun = noun ? sql`and e.noun = ${noun}` : sql``;
  const byActor = sql`select f.* from
    (select id::text as id from charter.people where tenant = 'main' and name ilike ${like} limit 50) p,
    lateral (${from} and e.actor = p.id ${ofNoun} ${newest}) f`;
  const known = sql.join(
    (noun ? [noun] : nouns).map((one) => sql`${one}`),
    sql`, `,
  );
  const byId = sql`select f.* from (${from} and e.noun in (${known}) and e.aggregate = ${q} ${newest}) f`;
  return sql`(${byAction}) union (${byActor}) union (${byId})`;
}

/** One page of entries, newest first, with the names of whom and what they mention; empty for who may not read the log. */
export async function readAudit(
  db: Queries,
  viewer: Viewer,
  asked: { readonly filter: AuditFilter; readonly cursor: AuditCursor | null },
) {
  if (!readsAudit(viewer)) return { rows: [], next: null };
  const found = await readEntries(db, where(asked.filter, asked.cursor));
  const page = found.slice(0, pageSize);
  const names = await readAuditNames(db, page);
  const rows = page.map((row) => ({
    ...row,
    actorName: names.get(row.actor) ?? null,
    subjectName: names.get(uuidOf(row.aggregate)) ?? null,
  }));
  const last = rows.at(-1);
  const next =
    found.length > pageSize && last
      ? Buffer.from(JSON.stringify([last.position, last.noun, last.aggregate, last.seq])).toString("base64url")
      : null;
  return { rows, next };
}

/** One more than a page holds, so that its end is known. */
function readEntries(db: Queries, condition: SQL | undefined) {
  const e = alias(auditEntries, "e");
  return db
    .select({
      at: e.at,
      position: sql<string>`${e.at}::text`,
      noun: e.noun,
      aggregate: e.aggregate,
      seq: e.seq,
      version: e.version,
      channel: e.channel,
      actor: e.actor,
      evidence: e.evidence,
      action: e.action,
      detail: e.detail,
      hash: sql<string>`encode(${e.hash}, 'hex')`,
      prev: sql<string>`encode(${e.prev}, 'hex')`,
      leaf: e.leaf,
    })
    .from(e)
    .where(condition)
    .orderBy(desc(e.at), desc(e.noun), desc(e.aggregate), desc(e.seq))
    .limit(pageSize + 1);
}

const uuidOf = (aggregate: string): string => aggregate.split("/", 1)[0] ?? "";

/** What the ids of these rows are called, where something has a name: people, identities and requests, what belongs to them, the directory. */
async function readAuditNames(
  db: Queries,
  rows: readonly { readonly actor: string; readonly aggregate: string }[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(rows.flatMap(({ actor, aggregate }) => [actor, uuidOf(aggregate)]).filter(isUuid));
  if (ids.size === 0) return new Map();
  const wanted = sql`(${sql.join(
    [...ids].map((id) => sql`${id}::uuid`),
    sql`, `,
  )})`;
  const found = await db.execute<{ id: string; name: string }>(sql`
    select id, name from charter.people where tenant = 'main' and id in ${wanted}
    union all select id, name from charter.teams where tenant = 'main' and id in ${wanted}
    union all select id, name from charter.services where tenant = 'main' and id in ${wanted}
    union all select request, charter ->> 'name' from charter.request_versions
      where tenant = 'main' and version = 1 and request in ${wanted} and charter ->> 'name' is not null
    union all select id, name from charter.identities where tenant = 'main' and id in ${wanted}
    union all select t.id, i.name from charter.intents t join charter.identities i on i.tenant = t.tenant and i.id = t.identity
      where t.tenant = 'main' and t.id in ${wanted}
    union all select s.id, i.name from charter.steps s join charter.intents t on t.tenant = s.tenant and t.id = s.intent
      join charter.identities i on i.tenant = t.tenant and i.id = t.identity where s.tenant = 'main' and s.id in ${wanted}
    union all select o.id, i.name from charter.objects o join charter.identities i on i.tenant = o.tenant and i.id = o.identity
      where o.tenant = 'main' and o.id in ${wanted}
    union all select c.id, i.name from charter.credentials c join charter.identities i on i.tenant = c.tenant and i.id = c.identity
      where c.tenant = 'main' and c.id in ${wanted}`);
  return new Map(found.map(({ id, name }) => [id, name]));
}

export type AuditRow = Awaited<ReturnType<typeof readAudit>>["rows"][number];

/** Reads a cursor from an address; an unreadable one starts at the newest entry. */
export function auditCursor(text: string | undefined): AuditCursor | null {
  if (!text) return null;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (!Array.isArray(parsed) || parsed.length !== 4) return null;
    const [at, noun, aggregate, seq] = parsed;
    const fits =
      typeof at === "string" &&
      !Number.isNaN(Date.parse(at)) &&
      typeof noun === "string" &&
      typeof aggregate === "string" &&
      Number.isInteger(seq);
    return fits ? { at, noun, aggregate, seq } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** State of the chain: newest checkpoint, entries it covers, and how many wait for the next. */
export async function readChain(db: Queries, viewer: Viewer) {
  if (!readsAudit(viewer)) return null;
  const [checkpoint] = await db
    .select()
    .from(auditCheckpoints)
    .where(eq(auditCheckpoints.tenant, "main"))
    .orderBy(desc(auditCheckpoints.epoch), desc(auditCheckpoints.size))
    .limit(1);
  const [tail] = await db
    .select({ waiting: sql<number>`count(*)::int` })
    .from(sql`(select 1 from charter.audit_entries where tenant = 'main' and leaf is null limit 10001) waiting`);
  return { checkpoint: checkpoint ?? null, waiting: tail?.waiting ?? 0 };
}
export type ChainState = NonNullable<Awaited<ReturnType<typeof readChain>>>;
