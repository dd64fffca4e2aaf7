import { and, eq, inArray, isNotNull, isNull, ne, sql } from "drizzle-orm";
import type { Role } from "#lib/domain/actor.ts";
import { roleHours } from "#lib/domain/approval.ts";
import type { Queries, Tx } from "../client.ts";
import { signIns } from "../schema/claims.ts";
import { people, personRoles, signInResults } from "../schema/directory.ts";

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

/** The person of another login than `login` that carries the same person claim; null when there is none. */
export async function canonicalByClaim(
  tx: Tx,
  { login, personClaim }: { readonly login: string; readonly personClaim: string },
): Promise<string | null> {
  const [row] = await tx
    .select({ canonical: people.canonical })
    .from(people)
    .where(
      and(
        eq(people.tenant, "main"),
        eq(people.personClaim, personClaim),
        ne(people.id, login),
        isNotNull(people.subject),
      ),
    )
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

/** A person as the worker verified them: what authority is checked against. */
export interface KnownPerson {
  /** The login asked about. */
  readonly login: string;
  /** The person it counts as. */
  readonly person: string;
  /** Both the login and the person it counts as are active. */
  readonly active: boolean;
  /** Of all the person's active logins. `verifiedAt` is told by the business clock, at its true age. */
  readonly roles: readonly { readonly role: Role; readonly held: boolean; readonly verifiedAt: Date }[];
  /** Ids of the person's teams. */
  readonly teams: readonly string[];
}

interface KnownRow extends Record<string, unknown> {
  readonly login: string;
  readonly person: string;
  readonly active: boolean;
  readonly roles: readonly { readonly role: Role; readonly held: boolean; readonly verified: string }[];
  readonly teams: readonly string[];
}

/** People by the ids of their logins; ids that nobody has are absent. */
export async function readKnownPeople(
  db: Queries,
  logins: readonly string[],
): Promise<ReadonlyMap<string, KnownPerson>> {
  if (logins.length === 0) return new Map();
  const rows = await db.execute<KnownRow>(sql`
    select l.id as login, l.canonical as person, l.active and p.active as active,
      coalesce((select jsonb_agg(jsonb_build_object('role', r.role, 'held', r.held,
          'verified', charter.clock() - (clock_timestamp() - r.verified_at)) order by r.verified_at desc)
        from charter.people o join charter.person_roles r on r.tenant = o.tenant and r.person = o.id
        where o.tenant = l.tenant and o.canonical = l.canonical and o.active), '[]') as roles,
      coalesce((select jsonb_agg(distinct m.team)
        from charter.people o join charter.team_members m on m.tenant = o.tenant and m.person = o.id and m.member
        where o.tenant = l.tenant and o.canonical = l.canonical), '[]') as teams
    from charter.people l join charter.people p on p.tenant = l.tenant and p.id = l.canonical
    where l.tenant = 'main' and l.id in (${sql.join(
      logins.map((id) => sql`${id}::uuid`),
      sql`, `,
    )})`);
  return new Map(
    rows.map((row) => [
      row.login,
      { ...row, roles: row.roles.map(({ verified, ...role }) => ({ ...role, verifiedAt: new Date(verified) })) },
    ]),
  );
}

/** Roles that a person holds now and proved at most 12 hours ago. */
export const rolesHeld = (person: KnownPerson, now: Date): readonly Role[] =>
  person.roles
    .filter(({ held, verifiedAt }) => held && now.getTime() - verifiedAt.getTime() <= roleHours * 3_600_000)
    .map(({ role }) => role);

/** Several logins by subject, for commands of the worker's host. */
export const readLogins = (db: Queries, issuer: string, subjects: readonly string[]) =>
  db
    .select()
    .from(people)
    .where(and(eq(people.tenant, "main"), eq(people.issuer, issuer), inArray(people.subject, [...subjects])));

/** What a person is called; empty for nobody. */
export async function readName(db: Queries, person: string): Promise<string> {
  const [row] = await db
    .select({ name: people.name })
    .from(people)
    .where(and(eq(people.tenant, "main"), eq(people.id, person)));
  return row?.name ?? "";
}

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

/** True when a sign-in with this token was accepted before. The caller holds the login's row: one token is one login's. */
export async function tokenWasSeen(tx: Tx, tokenHash: string): Promise<boolean> {
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
