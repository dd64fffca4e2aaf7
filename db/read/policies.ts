import { desc, eq, inArray } from "drizzle-orm";
import type { Queries } from "../client.ts";
import { bundles } from "../schema/configuration.ts";
import { people } from "../schema/directory.ts";

/** Activated bundles, newest first, with the names of the people in whose names each was activated. Everyone may read them. */
export async function readPolicies(db: Queries) {
  const versions = await db
    .select()
    .from(bundles)
    .where(eq(bundles.tenant, "main"))
    .orderBy(desc(bundles.activation))
    .limit(50);
  const ids = [...new Set(versions.flatMap(({ activatedBy }) => activatedBy))];
  const names =
    ids.length === 0
      ? []
      : await db.select({ id: people.id, name: people.name }).from(people).where(inArray(people.id, ids));
  const nameOf = new Map(names.map(({ id, name }) => [id, name]));
  return versions.map((version) => ({
    ...version,
    by: version.activatedBy.map((id) => nameOf.get(id) ?? "somebody unknown"),
  }));
}
export type PolicyVersion = Awaited<ReturnType<typeof readPolicies>>[number];
