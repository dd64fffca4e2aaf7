import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Queries } from "../client.ts";
import { auditCheckpoints, auditEntries } from "../schema/audit.ts";
import { people } from "../schema/directory.ts";

export interface AuditFilter {
  /** Id of an aggregate, part of an action, or a person's name. */
  readonly q: string;
  readonly noun: string;
  readonly channel: string;
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
  const q = filter.q.trim().slice(0, 100);
  const like = `${q.replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
  return and(
    eq(auditEntries.tenant, "main"),
    filter.noun ? eq(auditEntries.noun, filter.noun) : undefined,
    filter.channel ? eq(auditEntries.channel, filter.channel) : undefined,
    q
      ? sql`(${auditEntries.aggregate} like ${like} or ${auditEntries.action} like ${like} or ${auditEntries.actor} in
          (select id::text from charter.people where tenant = 'main' and name ilike ${`%${like}`}))`
      : undefined,
    cursor
      ? sql`(${auditEntries.at}, ${auditEntries.noun}, ${auditEntries.aggregate}, ${auditEntries.seq}) <
          (${cursor.at}::timestamptz, ${cursor.noun}, ${cursor.aggregate}, ${cursor.seq}::int)`
      : undefined,
  );
}

/** One page of entries, newest first; empty for who may not read the log. */
export async function readAudit(
  db: Queries,
  viewer: Viewer,
  asked: { readonly filter: AuditFilter; readonly cursor: AuditCursor | null },
) {
  if (!readsAudit(viewer)) return { rows: [], next: null };
  const found = await db
    .select({
      at: auditEntries.at,
      position: sql<string>`${auditEntries.at}::text`,
      noun: auditEntries.noun,
      aggregate: auditEntries.aggregate,
      seq: auditEntries.seq,
      version: auditEntries.version,
      channel: auditEntries.channel,
      actor: auditEntries.actor,
      actorName: sql<
        string | null
      >`(select ${people.name} from ${people} where ${people.tenant} = 'main' and ${people.id}::text = ${auditEntries.actor})`,
      evidence: auditEntries.evidence,
      action: auditEntries.action,
      detail: auditEntries.detail,
      hash: sql<string>`encode(${auditEntries.hash}, 'hex')`,
      prev: sql<string>`encode(${auditEntries.prev}, 'hex')`,
      leaf: auditEntries.leaf,
    })
    .from(auditEntries)
    .where(where(asked.filter, asked.cursor))
    .orderBy(desc(auditEntries.at), desc(auditEntries.noun), desc(auditEntries.aggregate), desc(auditEntries.seq))
    .limit(pageSize + 1);
  const rows = found.slice(0, pageSize);
  const last = rows.at(-1);
  const next =
    found.length > pageSize && last
      ? Buffer.from(JSON.stringify([last.position, last.noun, last.aggregate, last.seq])).toString("base64url")
      : null;
  return { rows, next };
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
