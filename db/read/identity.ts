import { and, asc, desc, eq, getTableColumns, inArray, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Queries } from "../client.ts";
import { requests } from "../schema/claims.ts";
import { targets } from "../schema/configuration.ts";
import { people, services, teams } from "../schema/directory.ts";
import { credentials, type identities, objects } from "../schema/inventory.ts";
import { intents, requestStates, steps } from "../schema/progress.ts";
import { slots, uses, vaultLogs } from "../schema/uses.ts";
import { isActive } from "../store/active-people.ts";
import { readPresentPlan } from "../store/intents.ts";
import { readIdentityInSight } from "./identity-sight.ts";

/** Everything an identity's page shows, or null where the viewer may not see it. */
export async function readIdentityPage(db: Queries, viewer: Viewer, id: string) {
  const row = await readIdentityInSight(db, viewer, id);
  if (row === null) return null;
  const [names, place, made, issued, asked] = await Promise.all([
    readNames(db, row),
    readPlace(db, row),
    db
      .select()
      .from(objects)
      .where(and(eq(objects.tenant, "main"), eq(objects.identity, id)))
      .orderBy(asc(objects.madeAt)),
    db
      .select()
      .from(credentials)
      .where(and(eq(credentials.tenant, "main"), eq(credentials.identity, id)))
      .orderBy(desc(credentials.issuedAt)),
    readRequests(db, id),
  ]);
  const plan = await readPresentPlan(db, id);
  const told = await db
    .select()
    .from(uses)
    .where(and(eq(uses.tenant, "main"), eq(uses.identity, id)))
    .orderBy(asc(uses.subject));
  const slot = await readSlot(db, id);
  return { row, slot, names, place, objects: made, credentials: issued, requests: asked, plan, uses: told };
}
export type IdentityPage = NonNullable<Awaited<ReturnType<typeof readIdentityPage>>>;

/** What its vault's metadata and audit log told; `since`: from when on the log was read without a gap, null where it is not read. */
async function readSlot(db: Queries, id: string) {
  const [slot] = await db
    .select({ ...getTableColumns(slots), since: vaultLogs.since, logReadAt: vaultLogs.readAt })
    .from(slots)
    .leftJoin(vaultLogs, and(eq(vaultLogs.tenant, "main"), eq(vaultLogs.vault, slots.vault)))
    .where(and(eq(slots.tenant, "main"), eq(slots.identity, id)));
  return slot ?? null;
}

type Row = typeof identities.$inferSelect;

/** Names of the people and teams it names, with whether they are active. */
async function readNames(db: Queries, row: Row) {
  const ids = [row.owner, row.endsIt, ...(row.backupPerson === null ? [] : [row.backupPerson])];
  const found = await db
    .select({
      id: people.canonical,
      name: sql<string>`(array_agg(${people.name} order by ${people.id} = ${people.canonical} desc))[1]`,
      active: isActive(sql`${people.canonical}`),
    })
    .from(people)
    .where(and(eq(people.tenant, "main"), inArray(people.canonical, ids)))
    .groupBy(people.canonical);
  const byId = new Map(found.map((person) => [person.id, person]));
  const nobody = { id: "", name: "somebody unknown", active: false };
  return {
    owner: byId.get(row.owner) ?? nobody,
    endsIt: byId.get(row.endsIt) ?? nobody,
    backupPerson: row.backupPerson === null ? null : (byId.get(row.backupPerson) ?? nobody),
  };
}

async function readPlace(db: Queries, row: Row) {
  const teamIds = [row.team, ...(row.backupTeam === null ? [] : [row.backupTeam])];
  const [teamRows, serviceRows, targetRows] = await Promise.all([
    db
      .select({ id: teams.id, name: teams.name })
      .from(teams)
      .where(and(eq(teams.tenant, "main"), inArray(teams.id, teamIds))),
    db
      .select({ name: services.name, decommissioned: services.decommissioned })
      .from(services)
      .where(and(eq(services.tenant, "main"), eq(services.id, row.service))),
    db
      .select({
        name: targets.name,
        title: targets.title,
        settings: targets.settings,
        simulated: targets.simulated,
        configured: targets.configured,
      })
      .from(targets)
      .where(and(eq(targets.tenant, "main"), eq(targets.name, row.target))),
  ]);
  const teamName = (id: string | null) => teamRows.find((team) => team.id === id)?.name ?? null;
  return {
    team: teamName(row.team) ?? "",
    backupTeam: teamName(row.backupTeam),
    service: serviceRows[0] ?? null,
    target: targetRows[0] ?? null,
  };
}

const readRequests = (db: Queries, id: string) =>
  db
    .select({
      id: requests.id,
      kind: requests.kind,
      requester: requests.requester,
      receivedAt: requests.receivedAt,
      state: requestStates.state,
      since: requestStates.since,
      removalStuck: sql<boolean>`exists (select 1 from ${intents} join ${steps} on ${steps.tenant} = ${intents.tenant} and ${steps.intent} = ${intents.id}
        where ${intents.tenant} = ${requests.tenant} and ${intents.request} = ${requests.id} and ${steps.stuckAt} is not null)`,
    })
    .from(requests)
    .leftJoin(requestStates, and(eq(requestStates.tenant, requests.tenant), eq(requestStates.request, requests.id)))
    .where(and(eq(requests.tenant, "main"), sql`(${requests.id} = ${id} or ${requests.identity} = ${id})`))
    .orderBy(asc(requests.receivedAt));
