import { and, asc, eq, ilike, sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { identities } from "../schema/inventory.ts";
import { identitySight } from "./identity-sight.ts";
import { requestSight } from "./request-sight.ts";

export interface FoundRow {
  readonly kind: "identity" | "request";
  readonly id: string;
  readonly name: string;
  readonly target: string;
  readonly state: string;
}
export interface FoundPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

const most = 8;
const literal = (text: string): string => text.replace(/[\\%_]/g, "\\$&");

/** At most eight identities and eight requests under way whose names contain the text, within the viewer's sight. */
export async function findByName(db: Queries, viewer: Viewer, text: string): Promise<readonly FoundRow[]> {
  const pattern = `%${literal(text)}%`;
  const live = await db
    .select({ id: identities.id, name: identities.name, target: identities.target, state: identities.state })
    .from(identities)
    .where(and(eq(identities.tenant, "main"), ilike(identities.name, pattern), identitySight(viewer)))
    .orderBy(asc(identities.name), asc(identities.id))
    .limit(most);
  const asked = await db.execute<{ id: string; name: string; target: string; state: string }>(sql`
    select r.id, v.charter ->> 'name' as name, v.charter ->> 'target' as target, s.state
    from charter.request_states s
    join charter.requests r on r.tenant = s.tenant and r.id = s.request
    join charter.request_versions v on v.tenant = s.tenant and v.request = s.request and v.version = s.request_version
    where s.tenant = 'main' and s.state in ('received', 'awaiting-approval', 'awaiting-acceptance', 'resubmit', 'approved', 'provisioning')
      and v.charter ->> 'name' ilike ${pattern} and ${requestSight(viewer)}
    order by s.since desc, r.id limit ${most}`);
  return [
    ...live.map((row) => ({ kind: "identity" as const, ...row })),
    ...asked.map((row) => ({
      kind: "request" as const,
      id: row.id,
      name: row.name,
      target: row.target,
      state: row.state,
    })),
  ];
}

/** At most five active people whose names contain the text; everyone signed in may see the directory. */
export async function findPeople(db: Queries, text: string): Promise<readonly FoundPerson[]> {
  const rows = await db.execute<{ id: string; name: string; email: string }>(sql`
    select p.id, p.name, p.email from charter.people p
    where p.tenant = 'main' and p.active and p.id = p.canonical and p.name ilike ${`%${literal(text)}%`}
    order by p.name, p.id limit 5`);
  return [...rows];
}
