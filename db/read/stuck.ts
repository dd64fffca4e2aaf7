import { and, eq } from "drizzle-orm";
import type { Queries } from "../client.ts";
import { steps } from "../schema/progress.ts";

/** A step by id, with since when it is stuck; null when there is none. */
export async function readStuckStep(db: Queries, id: string) {
  const [row] = await db
    .select({ id: steps.id, intent: steps.intent, stuckAt: steps.stuckAt })
    .from(steps)
    .where(and(eq(steps.tenant, "main"), eq(steps.id, id)));
  return row ?? null;
}
