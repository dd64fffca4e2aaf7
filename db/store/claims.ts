import { and, desc, eq, getTableColumns, isNull, type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { digest } from "#lib/digest/digest.ts";
import type { QuestionAnswer } from "#lib/domain/attestation.ts";
import type { Charter, Origins, RequestKind } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Assertion, Registration } from "#lib/domain/signature.ts";
import type { Queries, Tx } from "../client.ts";
import {
  type AskKind,
  acceptances,
  answers,
  asks,
  comments,
  drafts,
  requests,
  requestVersions,
  sessions,
  signIns,
  verdicts,
} from "../schema/claims.ts";

/**
 * Everything the web may write. Only the columns handed in are named, because the web's role is granted columns, and
 * `received_at` and `channel` are the database's own. `once`: a row with the same key is left as it is, and null comes back.
 */
function insertion(table: PgTable, row: Readonly<Record<string, unknown>>): SQL {
  const columns = getTableColumns(table);
  const given = Object.entries(row).flatMap(([key, value]) => {
    const column = columns[key];
    if (column === undefined) throw new Error(`There is no column for ${key}.`);
    return value === undefined ? [] : [{ name: sql.identifier(column.name), value: sql.param(value, column) }];
  });
  const names = sql.join(
    given.map(({ name }) => name),
    sql`, `,
  );
  const values = sql.join(
    given.map(({ value }) => value),
    sql`, `,
  );
  return sql`insert into ${table} (${names}) values (${values})`;
}

/** A gesture came over a challenge that the database did not make, has seen used, or has let run out. */
export class SpentChallenge extends Error {}

/**
 * True when the row is new; false when one with its key is there already, which is left as it is. Throws `SpentChallenge` for a
 * gesture that comes too late or a second time.
 */
async function insertOnce(db: Queries, table: PgTable, row: Readonly<Record<string, unknown>>): Promise<boolean> {
  try {
    const inserted = await db.execute(sql`${insertion(table, row)} on conflict do nothing`);
    return inserted.count === 1;
  } catch (error) {
    const cause: unknown = error instanceof Error ? error.cause : null;
    if (typeof cause === "object" && cause !== null && "constraint_name" in cause)
      if (cause.constraint_name === "challenge_is_in_force") throw new SpentChallenge();
    throw error;
  }
}

export interface NewRequest {
  readonly id: string;
  readonly kind: RequestKind;
  /** Null for `provision`. */
  readonly identity: string | null;
  /** Canonical person; null only for the worker's own. */
  readonly requester: string | null;
  readonly draftedAt: Date;
}
export const insertRequest = (db: Queries, row: NewRequest): Promise<boolean> => insertOnce(db, requests, { ...row });

export interface NewVersion {
  readonly request: string;
  readonly version: number;
  readonly charter: Charter;
  readonly origins: Origins;
  readonly change: JsonObject;
  readonly digest: string;
  readonly planDigest: string;
  readonly person: string | null;
  /** The gesture it is submitted with; absent where none is asked. */
  readonly assertion?: Assertion | undefined;
}
export const insertVersion = (db: Queries, row: NewVersion): Promise<boolean> =>
  insertOnce(db, requestVersions, { ...row });

export interface NewVerdict {
  readonly id: string;
  readonly request: string;
  readonly version: number;
  readonly planDigest: string;
  readonly stage: number;
  readonly person: string;
  readonly verdict: "approve" | "deny";
  readonly reason: string;
  readonly assertion?: Assertion | undefined;
}
export const insertVerdict = (db: Queries, row: NewVerdict): Promise<boolean> => insertOnce(db, verdicts, { ...row });

export interface NewAcceptance {
  readonly id: string;
  readonly request: string;
  readonly version: number;
  readonly planDigest: string;
  readonly person: string;
  readonly assertion?: Assertion | undefined;
}
export const insertAcceptance = (db: Queries, row: NewAcceptance): Promise<boolean> =>
  insertOnce(db, acceptances, { ...row });

export interface NewComment {
  readonly id: string;
  readonly request: string;
  readonly version: number;
  readonly person: string;
  readonly text: string;
  /** Null for a plain remark. */
  readonly proposal: { readonly charter: Charter; readonly origins: Origins } | null;
}
/** Adds a remark; false when it only repeats the newest one of this person on this request. */
export async function insertComment(tx: Tx, row: NewComment): Promise<boolean> {
  await holdTurn(tx, `comment ${row.request} ${row.person}`);
  const { proposal, ...said } = row;
  const [last] = await tx
    .select({ version: comments.version, text: comments.text, proposal: comments.proposal })
    .from(comments)
    .where(and(eq(comments.tenant, "main"), eq(comments.request, row.request), eq(comments.person, row.person)))
    .orderBy(desc(comments.receivedAt))
    .limit(1);
  const again = last?.version === row.version && last.text === row.text;
  if (again && digest(last.proposal ?? null) === digest(proposal)) return false;
  return insertOnce(tx, comments, proposal === null ? { ...said } : { ...row });
}

/** Remarks of a person on a request within the last hour, those of this transaction among them. */
export async function countRemarks(tx: Tx, of: Pick<NewComment, "request" | "person">): Promise<number> {
  return tx.$count(
    comments,
    and(
      eq(comments.tenant, "main"),
      eq(comments.request, of.request),
      eq(comments.person, of.person),
      sql`${comments.receivedAt} > (select charter.clock() - interval '1 hour')`,
    ),
  );
}

/** One click after the other for the same thing, until this transaction ends. */
const holdTurn = (tx: Tx, of: string) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${of}, 0))`);

export interface NewAsk {
  readonly id: string;
  readonly kind: AskKind;
  readonly subject: string;
  readonly person: string;
  /** {reason, until} of a mute. */
  readonly detail?: JsonObject;
  /** A key's gesture, or a new key. */
  readonly assertion?: Assertion | Registration | undefined;
}
/** Asks; false when the same person's same ask is still in front of the workers. */
export async function insertAsk(tx: Tx, row: NewAsk): Promise<boolean> {
  await holdTurn(tx, `ask ${row.kind} ${row.subject} ${row.person}`);
  const [open] = await tx.execute(sql`
    select 1 from charter.asks a where a.tenant = 'main' and a.kind = ${row.kind} and a.subject = ${row.subject}
      and a.person = ${row.person}::uuid and not exists (
        select 1 from charter.outcomes o where o.tenant = a.tenant and o.claim = 'asks' and o.subject = a.id::text) limit 1`);
  return open === undefined && insertOnce(tx, asks, { ...row });
}

export interface NewAnswer {
  readonly id: string;
  readonly identity: string;
  readonly round: number;
  readonly person: string;
  readonly answer: QuestionAnswer;
  readonly reason: string;
  readonly evidence: string;
  readonly shown: JsonObject;
  readonly request: string | null;
  readonly batch: string | null;
}
/** Answers a question; false when the same person's answer in this round stands or is still in front of the workers. */
export async function insertAnswer(tx: Tx, row: NewAnswer): Promise<boolean> {
  await holdTurn(tx, `answer ${row.identity} ${row.person}`);
  const [open] = await tx.execute(sql`
    select 1 from charter.answers a
    left join charter.outcomes o on o.tenant = a.tenant and o.claim = 'answers' and o.subject = a.id::text
    where a.tenant = 'main' and a.identity = ${row.identity}::uuid and a.round = ${row.round} and a.person = ${row.person}::uuid
      and coalesce(o.result, 'taken') = 'taken' limit 1`);
  return open === undefined && insertOnce(tx, answers, { ...row });
}

/** Hands a raw id_token over; the web cannot read it back. */
export const insertSignIn = (db: Queries, row: { readonly id: string; readonly idToken: string }): Promise<boolean> =>
  insertOnce(db, signIns, row);

export interface DraftRow {
  readonly id: string;
  readonly person: string;
  readonly blueprint: string;
  readonly content: JsonObject;
}
/** Saves a draft of this person, one after the other; false when the id is somebody else's. */
export async function saveDraft(tx: Tx, row: DraftRow, now: Date): Promise<boolean> {
  const [, saved] = await Promise.all([
    holdTurn(tx, `drafts ${row.person}`),
    tx
      .insert(drafts)
      .values({ ...row, createdAt: now, updatedAt: now })
      .onConflictDoUpdate({
        target: [drafts.tenant, drafts.id],
        set: { content: row.content, blueprint: row.blueprint, updatedAt: now },
        setWhere: eq(drafts.person, row.person),
      })
      .returning({ id: drafts.id }),
  ]);
  return saved.length === 1;
}

/** Drafts that a person keeps, those of this transaction among them. */
export const countDrafts = (tx: Tx, person: string): Promise<number> =>
  tx.$count(drafts, and(eq(drafts.tenant, "main"), eq(drafts.person, person)));

/** Deletes a draft of this person; false when there is none. */
export async function deleteDraft(db: Queries, of: { readonly id: string; readonly person: string }): Promise<boolean> {
  const gone = await db
    .delete(drafts)
    .where(and(eq(drafts.tenant, "main"), eq(drafts.id, of.id), eq(drafts.person, of.person)))
    .returning({ id: drafts.id });
  return gone.length === 1;
}

/** Deletes this person's drafts whose requests can no longer be edited. */
export const deleteSettledDrafts = (db: Queries, person: string) =>
  db.execute(sql`delete from charter.drafts d using charter.request_states s
    where d.tenant = 'main' and d.person = ${person} and s.tenant = d.tenant and s.request = d.id
      and s.state in ('approved', 'provisioning', 'live', 'done', 'denied', 'withdrawn', 'expired', 'failed')`);

export interface NewSession {
  /** SHA-256 of the cookie's value, hex. */
  readonly id: string;
  readonly person: string;
  readonly signIn?: string;
  readonly readOnly: boolean;
  readonly userAgent: string;
}
export const insertSession = (db: Queries, row: NewSession): Promise<boolean> => insertOnce(db, sessions, { ...row });

/** How long after it was seen a session is to be said to be seen anew. */
export const seenAgain = sql`interval '15 seconds'`;

/** Moves `last_seen_at` by the database's clock, at most once in 15 s; whether it did. */
export const touchSession = async (db: Queries, id: string): Promise<boolean> => {
  const moved = await db
    .update(sessions)
    .set({ lastSeenAt: sql`clock_timestamp()` })
    .where(
      and(
        eq(sessions.tenant, "main"),
        eq(sessions.id, id),
        isNull(sessions.endedAt),
        sql`${sessions.lastSeenAt} < clock_timestamp() - ${seenAgain}`,
      ),
    )
    .returning({ id: sessions.id });
  return moved.length > 0;
};

/** Ends a session of this person; false when there is none open. */
export async function endSession(db: Queries, of: { readonly id: string; readonly person: string }): Promise<boolean> {
  const ended = await db
    .update(sessions)
    .set({ endedAt: sql`clock_timestamp()` })
    .where(
      and(
        eq(sessions.tenant, "main"),
        eq(sessions.id, of.id),
        eq(sessions.person, of.person),
        isNull(sessions.endedAt),
      ),
    )
    .returning({ id: sessions.id });
  return ended.length === 1;
}
