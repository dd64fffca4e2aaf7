import type { Viewer } from "#lib/domain/actor.ts";
import type { Queries } from "../client.ts";
import { identities } from "../schema/inventory.ts";
import { identityInSight } from "./sight.ts";

/** An identity by id; null where the viewer may not see it, which is told as *not found*. */
export async function readIdentityInSight(db: Queries, viewer: Viewer, id: string) {
  const [row] = await db.select().from(identities).where(identityInSight(viewer, id));
  return row ?? null;
}
