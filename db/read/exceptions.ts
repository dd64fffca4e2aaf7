import { and, desc, eq, isNull, lte, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Queries } from "../client.ts";
import { people } from "../schema/directory.ts";
import { exceptions, identities } from "../schema/inventory.ts";
import { identitySight } from "./identity-sight.ts";

/** Exceptions that this many are shown of, soonest end first; those of the past follow. */
const most = 200;

/** The register of dated exceptions, of identities that the viewer may see: those in force first, soonest end first. */
export const readExceptions = (db: Queries, viewer: Viewer) =>
  db
    .select({
      id: exceptions.id,
      identity: exceptions.identity,
      name: identities.name,
      environment: identities.environment,
      request: exceptions.request,
      reason: exceptions.reason,
      owner: sql<string>`coalesce((select ${people.name} from ${people}
        where ${people.tenant} = 'main' and ${people.id} = ${exceptions.owner}), 'somebody unknown')`,
      openedAt: exceptions.openedAt,
      endsAt: exceptions.endsAt,
      closedAt: exceptions.closedAt,
      ended: lte(exceptions.endsAt, sql`charter.clock()`).mapWith(Boolean),
    })
    .from(exceptions)
    .innerJoin(identities, and(eq(identities.tenant, exceptions.tenant), eq(identities.id, exceptions.identity)))
    .where(and(eq(exceptions.tenant, "main"), identitySight(viewer)))
    .orderBy(desc(isNull(exceptions.closedAt)), exceptions.endsAt, exceptions.id)
    .limit(most);
export type RegisteredException = Awaited<ReturnType<typeof readExceptions>>[number];
