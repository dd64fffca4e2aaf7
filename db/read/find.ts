import { and, eq, ilike, sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import { type RequestState, requestStates, settledStates } from "#lib/domain/request.ts";
import { identities } from "../schema/inventory.ts";
import { identitySight, idsInSight } from "./identity-sight.ts";
import { inOrder } from "./keyset.ts";
import { requestsInSight } from "./request-sight.ts";

interface Found {
  readonly id: string;
  readonly name: string;
  readonly target: string;
}
export type FoundRow = Found &
  (
    | { readonly kind: "identity"; readonly state: IdentityState }
    | { readonly kind: "request"; readonly state: RequestState }
  );
export interface FoundPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

const most = 8;
const literal = (text: string): string => text.replace(/[\\%_]/g, "\\$&");

/** What came of these stands under the name of their identity. */
const foundByIdentity: readonly RequestState[] = ["live", "done"];
const openStates = requestStates.filter(
  (state) => !settledStates.includes(state) && !foundByIdentity.includes(state) && state !== "refused",
);
const closedStates = requestStates.filter((state) => !openStates.includes(state) && !foundByIdentity.includes(state));

/**
 * At most eight identities and eight requests whose names contain the text, within the viewer's sight: those under way first, then
 * the newest of those that were refused, denied, withdrawn, expired or failed.
 */
export async function findByName(db: Queries, viewer: Viewer, text: string): Promise<readonly FoundRow[]> {
  const pattern = `%${literal(text)}%`;
  const live = await findIdentities(db, viewer, pattern);
  const open = await findRequests(db, viewer, { pattern, states: openStates, limit: most });
  const closed = await findRequests(db, viewer, { pattern, states: closedStates, limit: most - open.length });
  const asked = [...open, ...closed];
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

/** By name. Each relation is walked or searched by itself, and ends once it has enough: a word that all names hold is found in the first. */
const findIdentities = (db: Queries, viewer: Viewer, pattern: string) => {
  const sort = { column: identities.name, id: identities.id, descending: false, type: "text" } as const;
  const wanted = idsInSight(viewer, { where: ilike(identities.name, pattern), listed: false, sort, limit: most });
  return db
    .select({ id: identities.id, name: identities.name, target: identities.target, state: identities.state })
    .from(identities)
    .where(and(eq(identities.tenant, "main"), sql`${identities.id} = any (array${wanted})`, identitySight(viewer)))
    .orderBy(inOrder(sort));
};

interface Wanted {
  readonly pattern: string;
  readonly states: readonly RequestState[];
  readonly limit: number;
}

/** Newest first. */
const findRequests = (db: Queries, viewer: Viewer, { pattern, states, limit }: Wanted) =>
  db.execute<{ id: string; name: string; target: string; state: RequestState }>(sql`
    select r.id, v.charter ->> 'name' as name, v.charter ->> 'target' as target, s.state
    from charter.request_states s
    join charter.requests r on r.tenant = s.tenant and r.id = s.request
    join charter.request_versions v on v.tenant = s.tenant and v.request = s.request and v.version = s.request_version
    where s.tenant = 'main' and s.state = any (${sql.param([...states])}::text[])
      and v.charter ->> 'name' ilike ${pattern} and ${requestsInSight(viewer)}
    order by s.since desc, r.id limit ${limit}`);

/** At most five active people whose names contain the text; everyone signed in may see the directory. */
export async function findPeople(db: Queries, text: string): Promise<readonly FoundPerson[]> {
  const rows = await db.execute<{ id: string; name: string; email: string }>(sql`
    select p.id, p.name, p.email from charter.people p
    where p.tenant = 'main' and p.active and p.id = p.canonical and p.name ilike ${`%${literal(text)}%`}
    order by p.name, p.id limit 5`);
  return [...rows];
}
