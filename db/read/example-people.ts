import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import { type Role, roles } from "#lib/domain/actor.ts";
import { countWaiting, type WaitingCounts } from "./waiting-counts.ts";

/** An example person of the demo, what they are, and what waits for them. */
export interface ExamplePerson {
  readonly subject: string;
  readonly name: string;
  /** Names of their teams. */
  readonly teams: readonly string[];
  readonly roles: readonly Role[];
  readonly waiting: WaitingCounts;
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly subject: string;
  readonly name: string;
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly roles: readonly string[];
}

/** Subject → the roles that the issuer's groups will give. */
export type RolesToCome = Readonly<Record<string, readonly Role[]>>;

/**
 * Active people who sign in at this issuer, by name; asked for the demo's issuer alone. A role is recorded once they have signed
 * in; before that it is the one to come.
 */
export async function readExamplePeople(
  db: Queries,
  issuer: string,
  coming: RolesToCome,
): Promise<readonly ExamplePerson[]> {
  const rows = await db.execute<Row>(sql`
    select p.canonical as id, p.subject, p.name,
      coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name) order by t.name) from charter.team_members m
        join charter.teams t on t.tenant = m.tenant and t.id = m.team
        where m.tenant = p.tenant and m.person = p.id and m.member), '[]') as teams,
      coalesce((select json_agg(r.role order by r.role) from charter.person_roles r
        where r.tenant = p.tenant and r.person = p.id and r.held), '[]') as roles
    from charter.people p where p.tenant = 'main' and p.issuer = ${issuer} and p.active and p.subject is not null
    order by p.name limit 20`);
  return Promise.all(
    rows.map((row) => exampleOf(db, { ...row, roles: [...row.roles, ...(coming[row.subject] ?? [])] })),
  );
}

async function exampleOf(db: Queries, { id, subject, name, teams, roles: held }: Row): Promise<ExamplePerson> {
  const known = roles.filter((role) => held.includes(role));
  const waiting = await countWaiting(db, { id, roles: known, teams: teams.map((team) => team.id) });
  return { subject, name, teams: teams.map((team) => team.name), roles: known, waiting };
}
