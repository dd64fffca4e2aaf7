import type { Intent } from "#lib/connectors/connector.ts";
import { Squatter } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Transaction } from "./client.ts";
import { carries, type LoginState, loginComment, loginStateOf } from "./comment.ts";
import { literal, loginNumber, quoted } from "./names.ts";
import type { Desired } from "./plan.ts";

/** A role as the catalogs show it. */
export interface RoleRow {
  readonly oid: string;
  readonly name: string;
  readonly canLogin: boolean;
  /** Holds an attribute that no identity of ours gets: superuser, create roles or databases, replication, bypass row security. */
  readonly mighty: boolean;
  /** ISO instant; null when the password never ends. */
  readonly validUntil: string | null;
  readonly comment: string | null;
}

/** Waits for, then holds until the end of the transaction, the lock under which every worker changes this identity. */
export async function lock(sql: Transaction, role: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`charter ${role}`}, 0))`;
}

export async function readRole(sql: Transaction, name: string): Promise<RoleRow | null> {
  const [row] = await sql<RoleRow[]>`
    select oid::text as oid, rolname as name, rolcanlogin as "canLogin",
           rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as mighty,
           case when rolvaliduntil < 'infinity' then to_char(rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "validUntil",
           shobj_description(oid, 'pg_authid') as comment
    from pg_roles where rolname = ${name}`;
  return row ?? null;
}

/** The role when it is there and carries this intent's mark; null when it is absent. Throws `Squatter` on anything else. */
export async function readOurs(sql: Transaction, name: string, intent: Intent): Promise<RoleRow | null> {
  const row = await readRole(sql, name);
  if (row === null) return null;
  if (!carries(row.comment, intent.mark))
    throw new Squatter(name, "a role of this name is there and does not carry our mark");
  if (row.mighty) throw new Squatter(name, "the role was given more than the plan: it could take over the cluster");
  return row;
}

export interface OurLogin extends RoleRow {
  readonly state: LoginState;
}

/** As `readOurs`, for a login, whose second line must say where it stands. */
export async function readLogin(sql: Transaction, name: string, intent: Intent): Promise<OurLogin | null> {
  const row = await readOurs(sql, name, intent);
  if (row === null) return null;
  const state = loginStateOf(row.comment);
  if (state === null) throw new Squatter(name, "its comment no longer says which password it holds");
  return { ...row, state };
}

/** Every login of the role that carries this intent's mark, oldest first, whichever request made it. Throws `Squatter` when the planned one is not ours. */
export async function readLogins(
  sql: Transaction,
  { role, login }: Pick<Desired, "role" | "login">,
  intent: Intent,
): Promise<readonly OurLogin[]> {
  await readLogin(sql, login, intent);
  const rows = await sql<{ name: string; comment: string | null }[]>`
    select rolname::text as name, shobj_description(oid, 'pg_authid') as comment
    from pg_roles where starts_with(rolname::text, ${`${role}_`})`;
  const numbered = rows
    .filter(({ comment }) => carries(comment, intent.mark))
    .flatMap(({ name }) => ({ name, number: loginNumber(role, name) ?? 0 }))
    .filter(({ number }) => number > 0)
    .sort((a, b) => a.number - b.number);
  const logins: OurLogin[] = [];
  for (const { name } of numbered) {
    const row = await readLogin(sql, name, intent);
    if (row !== null) logins.push(row);
  }
  return logins;
}

/** Writes where a login stands below the mark, which stays as it is. */
export async function writeState(
  sql: Transaction,
  { mark }: Intent,
  of: { readonly login: string; readonly state: LoginState },
): Promise<void> {
  await sql.unsafe(`COMMENT ON ROLE ${quoted(of.login)} IS ${literal(loginComment(mark, of.state))}`);
}

/** Makes a login that cannot sign in, member of the role and acting as it. */
export async function makeLogin(
  sql: Transaction,
  intent: Intent,
  of: { readonly role: string; readonly login: string; readonly state: LoginState },
): Promise<void> {
  await sql.unsafe(`CREATE ROLE ${quoted(of.login)} NOLOGIN`);
  await writeState(sql, intent, of);
  await sql.unsafe(`GRANT ${quoted(of.role)} TO ${quoted(of.login)} WITH INHERIT TRUE, SET TRUE`);
  await sql.unsafe(`ALTER ROLE ${quoted(of.login)} SET role TO ${literal(of.role)}`);
}

export const absent = (name: string): TargetFault =>
  new TargetFault("not-found", "role-absent", `The role ${name} is gone from the cluster.`);

/**
 * Lets us act with the roles' own rights until the end of the transaction: PostgreSQL 16 gives a role's creator ADMIN on
 * it, but neither INHERIT nor SET, which DROP OWNED and ending its sessions need.
 */
export async function borrow(sql: Transaction, names: readonly string[]): Promise<void> {
  for (const name of names) await sql.unsafe(`GRANT ${quoted(name)} TO CURRENT_USER WITH INHERIT TRUE, SET FALSE`);
}
export async function giveBack(sql: Transaction, names: readonly string[]): Promise<void> {
  for (const name of names) await sql.unsafe(`REVOKE ${quoted(name)} FROM CURRENT_USER`);
}
