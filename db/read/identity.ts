import { and, asc, desc, eq, inArray, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Queries } from "../client.ts";
import { auditEntries } from "../schema/audit.ts";
import { requests } from "../schema/claims.ts";
import { targets } from "../schema/configuration.ts";
import { people, services, teams } from "../schema/directory.ts";
import { credentials, type identities, objects } from "../schema/inventory.ts";
import { intents, requestStates, steps } from "../schema/progress.ts";
import { uses } from "../schema/uses.ts";
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
  return { row, names, place, objects: made, credentials: issued, requests: asked, plan, uses: told };
}
export type IdentityPage = NonNullable<Awaited<ReturnType<typeof readIdentityPage>>>;

type Row = typeof identities.$inferSelect;

/** Names of the people and teams it names, with whether they are active. */
async function readNames(db: Queries, row: Row) {
  const ids = [row.owner, row.endsIt, ...(row.backupPerson === null ? [] : [row.backupPerson])];
  const found = await db
    .select({
      id: people.canonical,
      name: sql<string>`(array_agg(${people.name} order by ${people.id} = ${people.canonical} desc))[1]`,
      active: sql<boolean>`bool_or(${people.active})`,
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

/** One line of an identity's life. */
export interface LifeEntry {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly actor: string;
  readonly noun: string;
  readonly aggregate: string;
  readonly seq: number;
  readonly detail: { readonly [key: string]: unknown };
}

/** Actions that tell a life; steps' checkpoints and state rows' twins are left to the audit page. */
const told = [
  "request-version",
  "verdict",
  "acceptance",
  "comment",
  "request-state",
  "identity",
  "credential",
  "attestation",
] as const;

/** Everything from first draft to now, oldest first, at most `limit` entries; ask only for an identity in sight. */
export async function readLife(db: Queries, id: string, limit = 200): Promise<readonly LifeEntry[]> {
  const rows = await db
    .select({
      at: auditEntries.at,
      action: auditEntries.action,
      actor: sql<string>`coalesce((select ${people.name} from ${people} where ${people.tenant} = 'main' and ${people.id}::text = ${auditEntries.actor}), ${auditEntries.actor})`,
      noun: auditEntries.noun,
      aggregate: auditEntries.aggregate,
      seq: auditEntries.seq,
      detail: auditEntries.detail,
    })
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.tenant, "main"),
        inArray(auditEntries.noun, [...told]),
        sql`(${auditEntries.aggregate} in (
          select r.id::text from charter.requests r where r.tenant = 'main' and (r.id = ${id}::uuid or r.identity = ${id}::uuid)
          union select v.request || '/' || v.version from charter.request_versions v join charter.requests r on r.tenant = v.tenant and r.id = v.request
            where v.tenant = 'main' and (r.id = ${id}::uuid or r.identity = ${id}::uuid)
          union select v.id::text from charter.verdicts v join charter.requests r on r.tenant = v.tenant and r.id = v.request
            where v.tenant = 'main' and (r.id = ${id}::uuid or r.identity = ${id}::uuid)
          union select a.id::text from charter.acceptances a join charter.requests r on r.tenant = a.tenant and r.id = a.request
            where a.tenant = 'main' and (r.id = ${id}::uuid or r.identity = ${id}::uuid)
          union select c.id::text from charter.comments c join charter.requests r on r.tenant = c.tenant and r.id = c.request
            where c.tenant = 'main' and (r.id = ${id}::uuid or r.identity = ${id}::uuid)
          union select a.id::text from charter.attestations a where a.tenant = 'main' and a.identity = ${id}::uuid
          union select c.id::text from charter.credentials c where c.tenant = 'main' and c.identity = ${id}::uuid))`,
      ),
    )
    .orderBy(asc(auditEntries.at), asc(auditEntries.seq))
    .limit(limit);
  return rows.map((row) => ({ ...row, id: `${row.noun}/${row.aggregate}/${row.seq}` }));
}
