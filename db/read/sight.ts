import { and, eq, inArray, or, type SQL, sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";
import { requests } from "../schema/claims.ts";
import { identities } from "../schema/inventory.ts";

/**
 * Identities a viewer may see (CORE 5): own teams', and those they asked for, own, back up or end; every one for security,
 * operator and auditor. Undefined means no restriction. A row outside it is *not found*, never *forbidden*.
 */
export function identitySight(viewer: Viewer): SQL | undefined {
  if (seesEverything(viewer)) return undefined;
  const asked = sql`exists (select 1 from ${requests} where ${requests.tenant} = ${identities.tenant}
    and ${requests.id} = ${identities.id} and ${requests.requester} = ${viewer.id})`;
  return or(
    inArray(identities.team, [...viewer.teams]),
    eq(identities.owner, viewer.id),
    eq(identities.backupPerson, viewer.id),
    inArray(identities.backupTeam, [...viewer.teams]),
    eq(identities.endsIt, viewer.id),
    asked,
  );
}

/** One identity by id, within a viewer's sight. */
export const identityInSight = (viewer: Viewer, id: string): SQL | undefined =>
  and(eq(identities.tenant, "main"), eq(identities.id, id), identitySight(viewer));
