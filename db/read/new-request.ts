import { and, asc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Queries } from "../client.ts";
import { drafts } from "../schema/claims.ts";
import { blueprints, targets } from "../schema/configuration.ts";
import { repositories, services, teams } from "../schema/directory.ts";
import { readPeopleChoices } from "./people.ts";

const most = 500;

/** Blueprints as published by the worker; their content is checked where it is used. */
export const readBlueprints = (
  db: Queries,
): Promise<readonly { readonly id: string; readonly content: JsonObject }[]> =>
  db
    .select({ id: blueprints.id, content: blueprints.content })
    .from(blueprints)
    .where(and(eq(blueprints.tenant, "main"), eq(blueprints.kind, "blueprint"), eq(blueprints.configured, true)))
    .orderBy(asc(blueprints.id));

/** What a form's lists offer: own repositories and services first; people and teams of the whole directory. */
export async function readChoices(db: Queries, viewer: Viewer) {
  const mine = viewer.teams.length === 0 ? sql`false` : inArray(services.team, [...viewer.teams]);
  const [repositoryRows, serviceRows, teamRows, personRows, targetRows] = await Promise.all([
    readRepositoryChoices(db, mine),
    db
      .select({ id: services.id, name: services.name, team: services.team })
      .from(services)
      .where(and(eq(services.tenant, "main"), eq(services.decommissioned, false)))
      .orderBy(sql`${mine} desc`, asc(services.name))
      .limit(most),
    db
      .select({ id: teams.id, name: teams.name })
      .from(teams)
      .where(eq(teams.tenant, "main"))
      .orderBy(asc(teams.name))
      .limit(most),
    readPeopleChoices(db),
    db
      .select({ name: targets.name, kind: targets.kind, title: targets.title })
      .from(targets)
      .where(and(eq(targets.tenant, "main"), eq(targets.configured, true)))
      .orderBy(asc(targets.position)),
  ]);
  return {
    repositories: repositoryRows,
    services: serviceRows,
    teams: teamRows,
    people: personRows,
    targets: targetRows,
  };
}

const readRepositoryChoices = (db: Queries, mine: SQL) =>
  db
    .select({
      name: repositories.name,
      environments: repositories.environments,
      archived: repositories.archived,
      service: services.name,
    })
    .from(repositories)
    .leftJoin(services, and(eq(services.tenant, repositories.tenant), eq(services.id, repositories.service)))
    .where(and(eq(repositories.tenant, "main"), eq(repositories.archived, false)))
    .orderBy(sql`${mine} desc nulls last`, asc(repositories.name))
    .limit(most);

export type Choices = Awaited<ReturnType<typeof readChoices>>;

/** A draft of this person; null when there is none, or it is somebody else's. */
export async function readDraft(
  db: Queries,
  viewer: Viewer,
  id: string,
): Promise<{
  readonly id: string;
  readonly blueprint: string;
  readonly content: JsonObject;
  readonly updatedAt: Date;
  /** It was submitted: a request of the same id is there. */
  readonly sealed: boolean;
} | null> {
  if (!isUuid(id)) return null;
  const [row] = await db
    .select({
      id: drafts.id,
      blueprint: drafts.blueprint,
      content: drafts.content,
      updatedAt: drafts.updatedAt,
      sealed: sql<boolean>`exists (select 1 from charter.requests r where r.tenant = charter.drafts.tenant and r.id = charter.drafts.id)`,
    })
    .from(drafts)
    .where(and(eq(drafts.tenant, "main"), eq(drafts.id, id), eq(drafts.person, viewer.id)));
  return row ?? null;
}
