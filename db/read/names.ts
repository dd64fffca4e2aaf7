import { and, eq, inArray } from "drizzle-orm";
import { isUuid } from "#lib/domain/text.ts";
import type { Queries } from "../client.ts";
import { people, services, teams } from "../schema/directory.ts";

/** Names of people (by canonical id), teams and services, for everything a page mentions. */
export interface Names {
  readonly people: { readonly [id: string]: { readonly name: string; readonly active: boolean } };
  readonly teams: { readonly [id: string]: string };
  readonly services: { readonly [id: string]: string };
}

const uuids = (ids: readonly (string | null | undefined)[]): string[] => [
  ...new Set(ids.filter((id): id is string => isUuid(id ?? ""))),
];

/** Reads the names of ids; unknown ones are absent. One query a table, none for an empty list. */
export async function readNames(
  db: Queries,
  of: {
    readonly people: readonly (string | null | undefined)[];
    readonly teams?: readonly (string | null | undefined)[];
    readonly services?: readonly (string | null | undefined)[];
  },
): Promise<Names> {
  const ids = { people: uuids(of.people), teams: uuids(of.teams ?? []), services: uuids(of.services ?? []) };
  const [persons, teamRows, serviceRows] = await Promise.all([
    ids.people.length === 0 ? [] : readPersons(db, ids.people),
    ids.teams.length === 0
      ? []
      : db
          .select({ id: teams.id, name: teams.name })
          .from(teams)
          .where(and(eq(teams.tenant, "main"), inArray(teams.id, ids.teams))),
    ids.services.length === 0
      ? []
      : db
          .select({ id: services.id, name: services.name })
          .from(services)
          .where(and(eq(services.tenant, "main"), inArray(services.id, ids.services))),
  ]);
  return {
    people: Object.fromEntries(persons.map(({ id, name, active }) => [id, { name, active }])),
    teams: Object.fromEntries(teamRows.map(({ id, name }) => [id, name])),
    services: Object.fromEntries(serviceRows.map(({ id, name }) => [id, name])),
  };
}

const readPersons = (db: Queries, ids: string[]) =>
  db
    .select({ id: people.id, name: people.name, active: people.active })
    .from(people)
    .where(and(eq(people.tenant, "main"), inArray(people.id, ids)));
