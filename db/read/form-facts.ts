import { and, desc, eq, inArray, notInArray, or, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import { settledStates } from "#lib/domain/request.ts";
import type { Queries } from "../client.ts";
import { requests, requestVersions } from "../schema/claims.ts";
import { people, services, teamMembers, teams } from "../schema/directory.ts";
import { identities } from "../schema/inventory.ts";
import { requestStates } from "../schema/progress.ts";
import { isActive } from "../store/active-people.ts";
import { readRepository } from "./planning-facts.ts";

/** What a form names beyond what the requester's teams have: ids and names that its answers mention. */
export interface FormMentions {
  readonly people: readonly string[];
  readonly teams: readonly string[];
  readonly services: readonly string[];
  readonly repository: string | null;
}

/** How many rows of one sort a form is offered at most. */
const offered = 2000;

const serviceColumns = {
  id: services.id,
  slug: services.slug,
  name: services.name,
  team: services.team,
  owner: services.owner,
  classification: services.classification,
  targets: services.targets,
  source: services.source,
  decommissioned: services.decommissioned,
  version: services.version,
};

/**
 * Everything in the database that a form's defaults are drawn from, scoped to the viewer: services and names of their own
 * teams, and what the answers mention. People are picked from the whole directory, which everyone signed in may see.
 */
export async function readFormRows(db: Queries, viewer: Viewer, mentions: FormMentions) {
  const repository = mentions.repository === null ? null : await readRepository(db, mentions.repository);
  const wanted = [...mentions.services, ...(repository?.service ? [repository.service] : [])];
  const serviceRows = await db
    .select(serviceColumns)
    .from(services)
    .where(
      and(eq(services.tenant, "main"), or(inArray(services.team, [...viewer.teams]), inArray(services.id, wanted))),
    )
    .orderBy(services.slug)
    .limit(offered);
  const teamIds = unique([...viewer.teams, ...mentions.teams, ...serviceRows.map(({ team }) => team)]);
  const [teamRows, peopleRows, names] = await Promise.all([
    readTeams(db, teamIds),
    readPeople(db, teamIds, [viewer.id, ...mentions.people, ...serviceRows.map(({ owner }) => owner)]),
    readNames(db, viewer.teams),
  ]);
  return {
    people: peopleRows,
    teams: teamRows,
    services: serviceRows,
    repositories: repository === null ? [] : [repository],
    names,
  };
}

const unique = (ids: readonly string[]): string[] => [...new Set(ids)];

const readTeams = (db: Queries, ids: readonly string[]) =>
  db
    .select({ id: teams.id, slug: teams.slug, name: teams.name, defaults: teams.defaults, version: teams.version })
    .from(teams)
    .where(and(eq(teams.tenant, "main"), inArray(teams.id, [...ids])));

/** People as persons: linked logins appear once, by their canonical id. */
async function readPeople(db: Queries, inTeams: readonly string[], mentioned: readonly string[]) {
  const members = db
    .select({ person: teamMembers.person })
    .from(teamMembers)
    .where(and(eq(teamMembers.tenant, "main"), eq(teamMembers.member, true), inArray(teamMembers.team, [...inTeams])));
  return db
    .select({
      id: people.canonical,
      name: sql<string>`(array_agg(${people.name} order by ${people.id} = ${people.canonical} desc))[1]`,
      active: isActive(sql`${people.canonical}`),
    })
    .from(people)
    .where(
      and(eq(people.tenant, "main"), or(inArray(people.id, members), inArray(people.canonical, unique(mentioned)))),
    )
    .groupBy(people.canonical)
    .limit(offered);
}

/** Names taken by identities that still exist and by open requests of these teams. */
async function readNames(db: Queries, inTeams: readonly string[]): Promise<readonly string[]> {
  const taken = db
    .select({ name: identities.name })
    .from(identities)
    .where(
      and(
        eq(identities.tenant, "main"),
        inArray(identities.team, [...inTeams]),
        notInArray(identities.state, ["retired", "failed"]),
      ),
    )
    .orderBy(desc(identities.bornAt))
    .limit(offered);
  const asked = db
    .select({ name: sql<string>`${requestVersions.charter} ->> 'name'` })
    .from(requestStates)
    .innerJoin(requests, and(eq(requests.tenant, requestStates.tenant), eq(requests.id, requestStates.request)))
    .innerJoin(
      requestVersions,
      and(
        eq(requestVersions.tenant, requestStates.tenant),
        eq(requestVersions.request, requestStates.request),
        eq(requestVersions.version, requestStates.requestVersion),
      ),
    )
    .where(
      and(
        eq(requestStates.tenant, "main"),
        eq(requests.kind, "provision"),
        notInArray(requestStates.state, [...settledStates, "refused"]),
        inArray(sql`${requestVersions.charter} ->> 'team'`, [...inTeams]),
      ),
    )
    .limit(offered);
  const rows = await Promise.all([taken, asked]);
  return unique(rows.flat().map(({ name }) => name));
}
