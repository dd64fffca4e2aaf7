import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import { isUuid } from "#lib/domain/text.ts";

/** An example person of the demo and what they are, for the sign-in page. */
export interface DemoPerson {
  readonly subject: string;
  readonly name: string;
  readonly teams: readonly string[];
  readonly roles: readonly string[];
}

export interface SignInPage {
  /** Why the last attempt was refused, in the worker's words. */
  readonly refusal: string | null;
  /** Empty outside the demo. */
  readonly people: readonly DemoPerson[];
}

/** What the sign-in page shows to anyone. People are listed only when the demo's issuer is named. */
export async function readSignInPage(
  db: Queries,
  ask: { readonly refused: string | null; readonly demoIssuer: string | null },
): Promise<SignInPage> {
  const [refusal, people] = await Promise.all([
    refusalOf(db, ask.refused),
    ask.demoIssuer === null ? [] : demoPeople(db, ask.demoIssuer),
  ]);
  return { refusal, people };
}

async function refusalOf(db: Queries, refused: string | null): Promise<string | null> {
  if (refused === null) return null;
  if (refused === "unverified")
    return "No worker could verify your sign-in, and you have not been here before. Try again in a minute.";
  if (!isUuid(refused)) return "The sign-in provider sent no identity. Try again.";
  const [row] = await db.execute<{ refusal: string | null }>(sql`
    select refusal from charter.sign_in_results where tenant = 'main' and sign_in = ${refused} and at > charter.clock() - interval '10 minutes'`);
  return row?.refusal ?? "The sign-in was refused.";
}

async function demoPeople(db: Queries, issuer: string): Promise<readonly DemoPerson[]> {
  const rows = await db.execute<{ subject: string; name: string; teams: string[]; roles: string[] }>(sql`
    select p.subject, p.name,
      coalesce((select json_agg(t.name order by t.name) from charter.team_members m join charter.teams t on t.tenant = m.tenant and t.id = m.team
        where m.tenant = p.tenant and m.person = p.id and m.member), '[]') as teams,
      coalesce((select json_agg(r.role order by r.role) from charter.person_roles r where r.tenant = p.tenant and r.person = p.id and r.held), '[]') as roles
    from charter.people p where p.tenant = 'main' and p.issuer = ${issuer} and p.active and p.subject is not null
    order by p.name limit 20`);
  return rows.map(({ subject, name, teams, roles }) => ({ subject, name, teams, roles }));
}
