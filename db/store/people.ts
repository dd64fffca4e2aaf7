import { and, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import type { Role } from "#lib/domain/actor.ts";
import type { Queries, Tx } from "../client.ts";
import { signIns } from "../schema/claims.ts";
import { people, personRoles, signInResults } from "../schema/directory.ts";

/** How long a verified role counts for a verdict (CORE 1). */
export const roleHours = 12;

export type PersonRow = typeof people.$inferSelect;
export type NewPerson = Omit<typeof people.$inferInsert, "tenant" | "version">;

/** The login with this subject, locked; null when it never signed in. */
export async function lockLogin(tx: Tx, of: { readonly issuer: string; readonly subject: string }) {
  const [row] = await tx
    .select()
    .from(people)
    .where(and(eq(people.tenant, "main"), eq(people.issuer, of.issuer), eq(people.subject, of.subject)))
    .for("update");
  return row ?? null;
}

/** People of the directory who never signed in and have this e-mail address or person claim, locked. */
export function lockUnclaimed(
  tx: Tx,
  of: { readonly issuer: string; readonly email: string | null; readonly personClaim: string | null },
) {
  return tx
    .select()
    .from(people)
    .where(
      and(
        eq(people.tenant, "main"),
        eq(people.issuer, of.issuer),
        isNull(people.subject),
        sql`(lower(${people.email}) = lower(${of.email}::text) or ${people.personClaim} = ${of.personClaim}::text)`,
      ),
    )
    .for("update");
}

/** The person whose other login carries the same person claim; null when there is none. */
export async function canonicalByClaim(tx: Tx, personClaim: string): Promise<string | null> {
  const [row] = await tx
    .select({ canonical: people.canonical })
    .from(people)
    .where(and(eq(people.tenant, "main"), eq(people.personClaim, personClaim), isNotNull(people.subject)))
    .orderBy(people.id)
    .limit(1);
  return row?.canonical ?? null;
}

export const insertPeople = (tx: Tx, rows: readonly NewPerson[]) => tx.insert(people).values([...rows]);

/** Changes a login; returns its new version. */
export async function updatePerson(tx: Tx, id: string, changes: Partial<Omit<NewPerson, "id">>): Promise<number> {
  const [row] = await tx
    .update(people)
    .set({ ...changes, version: sql`${people.version} + 1` })
    .where(and(eq(people.tenant, "main"), eq(people.id, id)))
    .returning({ version: people.version });
  if (row === undefined) throw new Error("This person is not recorded.");
  return row.version;
}

/** Writes what an id_token said of one role, verified now by the server's own clock; returns the row's version. */
export async function saveRole(
  tx: Tx,
  row: { readonly person: string; readonly role: Role; readonly held: boolean },
): Promise<number> {
  const [saved] = await tx
    .insert(personRoles)
    .values({ ...row, verifiedAt: sql`clock_timestamp()` })
    .onConflictDoUpdate({
      target: [personRoles.tenant, personRoles.person, personRoles.role],
      set: { held: row.held, verifiedAt: sql`clock_timestamp()`, version: sql`${personRoles.version} + 1` },
    })
    .returning({ version: personRoles.version });
  if (saved === undefined) throw new Error("A role that was written comes back.");
  return saved.version;
}

export interface Standing {
  /** Canonical id. */
  readonly id: string;
  readonly active: boolean;
  /** Roles that any of the person's active logins held in an id_token of the last 12 hours. */
  readonly roles: readonly Role[];
}

/** Whether people are active and which roles they hold now, by canonical id; unknown ids are absent. */
export async function readStandings(db: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
  if (ids.length === 0) return new Map();
  const recent = sql`${personRoles.held} and ${people.active}
    and ${personRoles.verifiedAt} > clock_timestamp() - make_interval(hours => ${roleHours}::int)`;
  const rows = await db
    .select({
      id: people.canonical,
      active: sql<boolean>`bool_or(${people.active})`,
      roles: sql<Role[]>`coalesce(jsonb_agg(distinct ${personRoles.role}) filter (where ${recent}), '[]'::jsonb)`,
    })
    .from(people)
    .leftJoin(personRoles, and(eq(personRoles.tenant, people.tenant), eq(personRoles.person, people.id)))
    .where(and(eq(people.tenant, "main"), inArray(people.canonical, [...ids])))
    .groupBy(people.canonical);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Several logins by subject, for commands of the worker's host. */
export const readLogins = (db: Queries, issuer: string, subjects: readonly string[]) =>
  db
    .select()
    .from(people)
    .where(and(eq(people.tenant, "main"), eq(people.issuer, issuer), inArray(people.subject, [...subjects])));

/** Logins that count as this person. */
export const readLoginsOf = (db: Queries, canonical: string) =>
  db
    .select()
    .from(people)
    .where(and(eq(people.tenant, "main"), eq(people.canonical, canonical)));

/** The raw token of a sign-in; empty once it was verified or refused. Null when there is no such sign-in. */
export async function readIdToken(db: Queries, id: string): Promise<string | null> {
  const [row] = await db
    .select({ idToken: signIns.idToken })
    .from(signIns)
    .where(and(eq(signIns.tenant, "main"), eq(signIns.id, id)));
  return row?.idToken ?? null;
}

/** Takes the token out of the database for good. */
export const blankToken = (tx: Tx, id: string) =>
  tx
    .update(signIns)
    .set({ idToken: "" })
    .where(and(eq(signIns.tenant, "main"), eq(signIns.id, id)));

/** True when a sign-in with this token was accepted before. Holds a lock on the hash until the transaction ends. */
export async function tokenWasSeen(tx: Tx, tokenHash: string): Promise<boolean> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${tokenHash}, 0))`);
  const [row] = await tx
    .select({ signIn: signInResults.signIn })
    .from(signInResults)
    .where(
      and(eq(signInResults.tenant, "main"), eq(signInResults.tokenHash, tokenHash), isNotNull(signInResults.person)),
    )
    .limit(1);
  return row !== undefined;
}

export const insertSignInResult = (
  tx: Tx,
  row: {
    readonly signIn: string;
    readonly person: string | null;
    readonly refusal: string | null;
    readonly tokenHash: string;
    readonly at: Date;
  },
) => tx.insert(signInResults).values(row);
