import { and, asc, eq, ne } from "drizzle-orm";
import type { Queries } from "../client.ts";
import { repositories } from "../schema/directory.ts";

/** Another repository of the directory, by name the first; null when it knows no other. */
export async function readNeighbour(
  db: Queries,
  repository: string,
): Promise<{ readonly repository: string; readonly ownerId: string; readonly repositoryId: string } | null> {
  const [row] = await db
    .select({
      repository: repositories.name,
      ownerId: repositories.ownerId,
      repositoryId: repositories.repositoryId,
    })
    .from(repositories)
    .where(and(eq(repositories.tenant, "main"), ne(repositories.name, repository), eq(repositories.archived, false)))
    .orderBy(asc(repositories.name))
    .limit(1);
  return row ?? null;
}
