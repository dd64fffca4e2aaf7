import { type SQL, sql } from "drizzle-orm";

/**
 * Whether a person is active, by canonical id: while the login that the person counts as is. Without it no other login of theirs
 * opens a session or decides, so nobody of that person answers for anything.
 */
export const isActive = (person: SQL): SQL<boolean> =>
  sql<boolean>`exists (select 1 from charter.people active where active.tenant = 'main' and active.id = ${person} and active.active)`;

/** People who are not, as `person`. Found once, not for every row. */
export const gonePeople = sql`select g.id as person from charter.people g where g.tenant = 'main' and g.id = g.canonical and not g.active`;

/** Whether somebody active is a member of this team, by whichever login. */
export const anyActiveMember = (team: SQL): SQL => sql`exists (select 1 from charter.team_members m
  join charter.people l on l.tenant = m.tenant and l.id = m.person
  join charter.people p on p.tenant = l.tenant and p.id = l.canonical and p.active
  where m.tenant = 'main' and m.team = ${team} and m.member)`;
