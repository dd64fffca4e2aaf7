import { and, eq, inArray, or, type SQL, sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Queries } from "../client.ts";
import { requests } from "../schema/claims.ts";
import { identities } from "../schema/inventory.ts";

/**
 * Identities a viewer may see: own teams', and those they asked for, own, back up or end; every one for security,
 * operator and auditor. Undefined means no restriction. A row outside it is *not found*, never *forbidden*.
 */
export function identitySight(viewer: Viewer): SQL | undefined {
  if (seesEverything(viewer)) return undefined;
  // An array made once, not a look into `requests` for every row: so each part of the OR has its index.
  const asked = sql`${identities.id} = any (array(select ${requests.id} from ${requests}
    where ${requests.tenant} = 'main' and ${requests.requester} = ${viewer.id}))`;
  return or(
    inArray(identities.team, [...viewer.teams]),
    eq(identities.owner, viewer.id),
    eq(identities.backupPerson, viewer.id),
    inArray(identities.backupTeam, [...viewer.teams]),
    eq(identities.endsIt, viewer.id),
    asked,
  );
}

/** Whether a viewer sees this identity; false also for one that does not exist. */
export const isIdentityInSight = async (db: Queries, viewer: Viewer, id: string): Promise<boolean> =>
  (await readIdentityInSight(db, viewer, id)) !== null;

/** An identity by id; null where the viewer may not see it, which is told as *not found*. */
export async function readIdentityInSight(db: Queries, viewer: Viewer, id: string) {
  if (!isUuid(id)) return null;
  const [row] = await db
    .select()
    .from(identities)
    .where(and(eq(identities.tenant, "main"), eq(identities.id, id), identitySight(viewer)));
  return row ?? null;
}
