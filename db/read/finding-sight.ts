import { and, eq, type SQL, sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";
import type { Queries } from "../client.ts";
import { findings } from "../schema/findings.ts";
import { identities } from "../schema/inventory.ts";
import { identitySight } from "./identity-sight.ts";

/** Findings a viewer may see: those of identities in sight; what concerns no identity is for security, operator and auditor. */
export const findingSight = (viewer: Viewer): SQL | undefined =>
  seesEverything(viewer) ? undefined : and(sql`${identities.id} is not null`, identitySight(viewer));

/** Joins findings with the identity they concern, if any. */
export const concerned = and(eq(identities.tenant, findings.tenant), eq(identities.id, findings.identity));

/** Not muted at this moment: the business clock, asked once. */
export const unmuted = sql`(${findings.mutedUntil} is null or ${findings.mutedUntil} <= (select charter.clock()))`;

/** A finding by id with the owner of its identity; null where the viewer may not see it. `id` must be a UUID. */
export async function readFindingInSight(db: Queries, viewer: Viewer, id: string) {
  const [row] = await db
    .select({ id: findings.id, closedAt: findings.closedAt, owner: identities.owner })
    .from(findings)
    .leftJoin(identities, concerned)
    .where(and(eq(findings.tenant, "main"), eq(findings.id, id), findingSight(viewer)));
  return row ?? null;
}
