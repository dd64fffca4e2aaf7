import { sql } from "drizzle-orm";
import type { Queries } from "../client.ts";

/** A person to choose: name, and the address that tells namesakes apart. */
export interface PersonChoice {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** Active people by name, linked logins once; everyone signed in may see the directory. At most 2,000. */
export async function readPeopleChoices(db: Queries): Promise<readonly PersonChoice[]> {
  const rows = await db.execute<{ id: string; name: string; email: string }>(sql`
    select p.id, p.name, p.email from charter.people p
    where p.tenant = 'main' and p.active and p.id = p.canonical
    order by p.name, p.id limit 2000`);
  return rows.map(({ id, name, email }) => ({ id, name, email }));
}
