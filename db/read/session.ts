import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import { seenAgain } from "#db/store/claims.ts";
import { type Actor, type Role, roles } from "#lib/domain/actor.ts";

/** The person whose session counts now, with what the frame says of them. */
export interface SessionPerson extends Actor {
  /** Names of their teams, for the frame. */
  readonly teamNames: readonly string[];
  /** The login the session was opened for; it counts as the person `id`. */
  readonly login: string;
  /** What was committed when this was read: what is read after it is at least as new. */
  readonly snapshot: string;
  /** Whether it is long enough since the session was last seen that it is to be said anew. */
  readonly unseen: boolean;
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly login: string;
  readonly snapshot: string;
  readonly name: string;
  readonly read_only: boolean;
  readonly unseen: boolean;
  readonly roles: readonly string[];
  readonly teams: readonly { readonly id: string; readonly name: string }[];
}

/**
 * Session row and person, read together on every request: null unless the session was not ended, was seen in the last
 * 30 minutes, is younger than 12 h, and both the login and the person it counts as are active.
 */
export async function readSession(db: Queries, session: string): Promise<SessionPerson | null> {
  const [row] = await db.execute<Row>(sql`
    select p.id, l.id as login, p.name, s.read_only, pg_current_snapshot()::text as snapshot,
      s.last_seen_at < clock_timestamp() - ${seenAgain} as unseen,
      coalesce((select json_agg(distinct r.role)
        from charter.people o join charter.person_roles r on r.tenant = o.tenant and r.person = o.id and r.held
        where o.tenant = p.tenant and o.canonical = p.id and o.active), '[]') as roles,
      coalesce((select json_agg(distinct jsonb_build_object('id', t.id, 'name', t.name))
        from charter.people o join charter.team_members m on m.tenant = o.tenant and m.person = o.id and m.member
        join charter.teams t on t.tenant = m.tenant and t.id = m.team
        where o.tenant = p.tenant and o.canonical = p.id and o.active), '[]') as teams
    from charter.sessions s
    join charter.people l on l.tenant = s.tenant and l.id = s.person and l.active
    join charter.people p on p.tenant = l.tenant and p.id = l.canonical and p.active
    where s.tenant = 'main' and s.id = ${session} and s.ended_at is null
      and s.last_seen_at > clock_timestamp() - interval '30 minutes'
      and s.created_at > clock_timestamp() - interval '12 hours'`);
  if (!row) return null;
  return {
    id: row.id,
    login: row.login,
    snapshot: row.snapshot,
    unseen: row.unseen,
    name: row.name,
    roles: roles.filter((role: Role) => row.roles.includes(role)),
    teams: row.teams.map((team) => team.id),
    teamNames: row.teams.map((team) => team.name),
    session,
    readOnly: row.read_only,
  };
}

/** What is committed now, as one text: the same again means that nothing was written in between. */
export async function readSnapshot(db: Queries): Promise<string> {
  const [row] = await db.execute<{ snapshot: string }>(sql`select pg_current_snapshot()::text as snapshot`);
  return row?.snapshot ?? "";
}

/** Whether this login is of an active person: what a read-only session needs while no worker can verify a sign-in. */
export async function activeLogin(
  db: Queries,
  of: { readonly issuer: string; readonly subject: string },
): Promise<string | null> {
  const [row] = await db.execute<{ id: string }>(sql`
    select l.id from charter.people l join charter.people p on p.tenant = l.tenant and p.id = l.canonical and p.active
    where l.tenant = 'main' and l.issuer = ${of.issuer} and l.subject = ${of.subject} and l.active`);
  return row?.id ?? null;
}

/** What the worker made of a sign-in; null while it has not looked. */
export async function signInResult(
  db: Queries,
  id: string,
): Promise<{ readonly person: string | null; readonly refusal: string | null } | null> {
  const [row] = await db.execute<{ person: string | null; refusal: string | null }>(sql`
    select person, refusal from charter.sign_in_results where tenant = 'main' and sign_in = ${id}`);
  return row ?? null;
}

export interface OpenSession {
  readonly id: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly readOnly: boolean;
  readonly userAgent: string;
}

/** A person's sessions that still count, newest first. */
export async function openSessions(db: Queries, person: string): Promise<readonly OpenSession[]> {
  const rows = await db.execute<{
    id: string;
    created_at: string;
    last_seen_at: string;
    read_only: boolean;
    user_agent: string;
  }>(sql`
    select s.id, to_json(s.created_at) #>> '{}' as created_at, to_json(s.last_seen_at) #>> '{}' as last_seen_at, s.read_only, s.user_agent
    from charter.sessions s join charter.people l on l.tenant = s.tenant and l.id = s.person
    where s.tenant = 'main' and l.canonical = ${person} and s.ended_at is null
      and s.last_seen_at > clock_timestamp() - interval '30 minutes' and s.created_at > clock_timestamp() - interval '12 hours'
    order by s.created_at desc limit 100`);
  return rows.map((row) => ({
    id: row.id,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    readOnly: row.read_only,
    userAgent: row.user_agent,
  }));
}
