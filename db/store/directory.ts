import { and, eq, inArray, or, sql } from "drizzle-orm";
import type { Queries, Tx } from "../client.ts";
import { people, repositories, services, teamMembers, teams } from "../schema/directory.ts";

type New<Row> = Omit<Row, "tenant" | "version">;
export type TeamRow = typeof teams.$inferSelect;
export type ServiceRow = typeof services.$inferSelect;
export type RepositoryRow = typeof repositories.$inferSelect;
export type NewTeam = New<TeamRow>;
export type NewService = New<ServiceRow>;
export type NewRepository = New<RepositoryRow>;

/** The whole directory as it stands, for an import to compare with. */
export async function readDirectory(db: Queries) {
  return {
    people: await db.select().from(people).where(eq(people.tenant, "main")),
    teams: await db.select().from(teams).where(eq(teams.tenant, "main")),
    members: await db.select().from(teamMembers).where(eq(teamMembers.tenant, "main")),
    services: await db.select().from(services).where(eq(services.tenant, "main")),
    repositories: await db.select().from(repositories).where(eq(repositories.tenant, "main")),
  };
}
export type Directory = Awaited<ReturnType<typeof readDirectory>>;

/** Rows of these repositories, by numeric id, and rows that have one of their names. */
export const readRepositoriesLike = (
  db: Queries,
  seen: readonly { readonly repositoryId: string; readonly name: string }[],
): Promise<RepositoryRow[]> =>
  db
    .select()
    .from(repositories)
    .where(
      and(
        eq(repositories.tenant, "main"),
        or(
          inArray(
            repositories.repositoryId,
            seen.map(({ repositoryId }) => repositoryId),
          ),
          inArray(
            repositories.name,
            seen.map(({ name }) => name),
          ),
        ),
      ),
    );

/** One import at a time, until the transaction ends. A lock that only who may write teams can take; readers pass. */
export const lockDirectory = (tx: Tx) => tx.execute(sql`lock table charter.teams in share row exclusive mode`);

/** Writes a team under its id; returns the row's version. */
export async function saveTeam(tx: Tx, row: NewTeam): Promise<number> {
  const [saved] = await tx
    .insert(teams)
    .values(row)
    .onConflictDoUpdate({ target: [teams.tenant, teams.id], set: { ...row, version: sql`${teams.version} + 1` } })
    .returning({ version: teams.version });
  return written(saved);
}

export async function saveService(tx: Tx, row: NewService): Promise<number> {
  const [saved] = await tx
    .insert(services)
    .values(row)
    .onConflictDoUpdate({
      target: [services.tenant, services.id],
      set: { ...row, version: sql`${services.version} + 1` },
    })
    .returning({ version: services.version });
  return written(saved);
}

export async function saveRepository(tx: Tx, row: NewRepository): Promise<number> {
  const [saved] = await tx
    .insert(repositories)
    .values(row)
    .onConflictDoUpdate({
      target: [repositories.tenant, repositories.id],
      set: { ...row, version: sql`${repositories.version} + 1` },
    })
    .returning({ version: repositories.version });
  return written(saved);
}

/** Puts a person into a team or takes them out; returns the row's version. */
export async function saveMember(
  tx: Tx,
  row: { readonly team: string; readonly person: string; readonly member: boolean },
): Promise<number> {
  const [saved] = await tx
    .insert(teamMembers)
    .values(row)
    .onConflictDoUpdate({
      target: [teamMembers.tenant, teamMembers.team, teamMembers.person],
      set: { member: row.member, version: sql`${teamMembers.version} + 1` },
    })
    .returning({ version: teamMembers.version });
  return written(saved);
}

const written = (saved: { readonly version: number } | undefined): number => {
  if (saved === undefined) throw new Error("A row that was written comes back.");
  return saved.version;
};

/** Counts a login, and every login that counts as it, as another person. */
export const linkLogins = (tx: Tx, from: string, to: string) =>
  tx
    .update(people)
    .set({ canonical: to, version: sql`${people.version} + 1` })
    .where(and(eq(people.tenant, "main"), eq(people.canonical, from)))
    .returning({ id: people.id, version: people.version });
