import { and, eq, isNotNull, isNull, lte, sql } from "drizzle-orm";
import { firstKeys } from "#lib/domain/signature.ts";
import type { Queries, Tx } from "../client.ts";
import type { AskKind } from "../schema/claims.ts";
import { challenges, passkeys } from "../schema/passkeys.ts";
import { isActive } from "./active-people.ts";

export type PasskeyRow = typeof passkeys.$inferSelect;
/** A key that was enrolled: revoked or not, usable or not yet. */
export type EnrolledKey = PasskeyRow & { readonly credentialId: string; readonly publicKey: string };
export type NewPasskey = Omit<typeof passkeys.$inferInsert, "tenant" | "version">;

const isEnrolled = (row: PasskeyRow | undefined): row is EnrolledKey =>
  row !== undefined && row.credentialId !== null && row.publicKey !== null;

/** The enrolled key with this credential id; null when there is none. */
export async function readKey(db: Queries, credentialId: string): Promise<EnrolledKey | null> {
  const [row] = await db
    .select()
    .from(passkeys)
    .where(and(eq(passkeys.tenant, "main"), eq(passkeys.credentialId, credentialId)));
  return isEnrolled(row) ? row : null;
}

/** A key or an invitation; null when there is none. */
export async function readPasskey(db: Queries, id: string): Promise<PasskeyRow | null> {
  const [row] = await db
    .select()
    .from(passkeys)
    .where(and(eq(passkeys.tenant, "main"), eq(passkeys.id, id)));
  return row ?? null;
}

/** A key or an invitation, locked; null when there is none. */
export async function lockPasskey(tx: Tx, id: string): Promise<PasskeyRow | null> {
  const [row] = await tx
    .select()
    .from(passkeys)
    .where(and(eq(passkeys.tenant, "main"), eq(passkeys.id, id)))
    .for("update");
  return row ?? null;
}

/** A person's keys and invitations, oldest first. */
export const readPasskeysOf = (db: Queries, person: string): Promise<PasskeyRow[]> =>
  db
    .select()
    .from(passkeys)
    .where(and(eq(passkeys.tenant, "main"), eq(passkeys.person, person)))
    .orderBy(passkeys.invitedAt, passkeys.id);

/** A person's keys that sign now. */
export async function readUsableKeys(db: Queries, of: { readonly person: string; readonly now: Date }) {
  const rows = await db
    .select()
    .from(passkeys)
    .where(
      and(
        eq(passkeys.tenant, "main"),
        eq(passkeys.person, of.person),
        isNull(passkeys.revokedAt),
        isNotNull(passkeys.credentialId),
        lte(passkeys.usableFrom, of.now),
      ),
    )
    .orderBy(passkeys.enrolledAt);
  return rows.filter(isEnrolled);
}

/** How many active people hold security and have a key that signs now. */
export async function countSecurityWithKeys(db: Queries, now: Date): Promise<number> {
  const [row] = await db
    .select({ people: sql<number>`count(distinct ${passkeys.person})::int` })
    .from(passkeys)
    .where(
      and(
        eq(passkeys.tenant, "main"),
        isNull(passkeys.revokedAt),
        lte(passkeys.usableFrom, now),
        sql`exists (select 1 from charter.people p join charter.person_roles r on r.tenant = p.tenant and r.person = p.id
          and r.held and r.role = 'security' where p.tenant = 'main' and p.canonical = ${passkeys.person} and p.active
            and ${isActive(sql`p.canonical`)})`,
      ),
    );
  return row?.people ?? 0;
}

/** Whether two people have had a usable key. A key that was revoked still counts: nothing lowers this. */
export async function readKeysEnrolled(db: Queries, now: Date): Promise<boolean> {
  const [row] = await db
    .select({ people: sql<number>`count(distinct ${passkeys.person})::int` })
    .from(passkeys)
    .where(and(eq(passkeys.tenant, "main"), lte(passkeys.usableFrom, now)));
  return (row?.people ?? 0) >= firstKeys;
}

export const insertPasskey = (tx: Tx, row: NewPasskey) => tx.insert(passkeys).values(row);

/** Changes a key; returns its new version. */
export async function updatePasskey(tx: Tx, id: string, changes: Partial<Omit<NewPasskey, "id">>): Promise<number> {
  const [row] = await tx
    .update(passkeys)
    .set({ ...changes, version: sql`${passkeys.version} + 1` })
    .where(and(eq(passkeys.tenant, "main"), eq(passkeys.id, id)))
    .returning({ version: passkeys.version });
  if (row === undefined) throw new Error("This key is not recorded.");
  return row.version;
}

/** Canonical people whose signature on this a worker took since then. */
export async function readSignedAsks(
  db: Queries,
  of: { readonly kind: AskKind; readonly subject: string; readonly since: Date },
): Promise<readonly string[]> {
  const rows = await db.execute<{ person: string }>(sql`
    select distinct p.canonical as person from charter.asks a
    join charter.outcomes o on o.tenant = a.tenant and o.claim = 'asks' and o.subject = a.id::text and o.result = 'taken'
    join charter.people p on p.tenant = a.tenant and p.id = a.person
    where a.tenant = 'main' and a.kind = ${of.kind} and a.subject = ${of.subject} and a.assertion is not null
      and a.received_at > ${of.since.toISOString()}::timestamptz`);
  return rows.map(({ person }) => person);
}

/** A challenge of the database's making, for one statement: it serves once, within five minutes. */
export async function issueChallenge(db: Queries): Promise<string> {
  const [row] = await db.execute<{ id: string }>(sql`select charter.issue_challenge() as id`);
  if (row === undefined) throw new Error("The database gave no challenge.");
  return row.id;
}

/** Whether this claim took this challenge, in time (worker's role only: the web sees no challenge). */
export async function tookChallenge(db: Queries, challenge: string, claim: string): Promise<boolean> {
  const [row] = await db
    .select({ id: challenges.id })
    .from(challenges)
    .where(
      and(
        eq(challenges.tenant, "main"),
        eq(challenges.id, challenge),
        eq(challenges.usedBy, claim),
        sql`${challenges.usedAt} < ${challenges.expiresAt}`,
      ),
    );
  return row !== undefined;
}
