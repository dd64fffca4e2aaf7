import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { isUuid } from "#lib/domain/text.ts";
import type { Queries } from "../client.ts";
import { blueprints, bundles, targets, vaults, workers } from "../schema/configuration.ts";
import { people, repositories, services, teams } from "../schema/directory.ts";
import { isActive } from "../store/active-people.ts";

/** The installation as its workers publish it; null while none ever started. */
export interface InstallationRow {
  readonly installation: string;
  readonly portal: string;
}

/** Source: the `public` column of the worker that was heard last. */
export async function readInstallation(db: Queries): Promise<InstallationRow | null> {
  const [row] = await db
    .select({ public: workers.public })
    .from(workers)
    .where(eq(workers.tenant, "main"))
    .orderBy(desc(workers.heartbeatAt))
    .limit(1);
  const { installation, portal } = row?.public ?? { installation: null, portal: null };
  return typeof installation === "string" && typeof portal === "string" ? { installation, portal } : null;
}

export interface BundleRow {
  readonly activation: number;
  readonly digest: string;
  readonly files: { readonly [file: string]: string };
  /** Canonical ids of the two people in whose names it was activated. */
  readonly activatedBy: readonly string[];
}

/** The policy bundle in force; null until one is activated. */
export async function readActiveBundle(db: Queries): Promise<BundleRow | null> {
  const [row] = await db
    .select({
      activation: bundles.activation,
      digest: bundles.digest,
      files: bundles.files,
      activatedBy: bundles.activatedBy,
    })
    .from(bundles)
    .where(eq(bundles.tenant, "main"))
    .orderBy(desc(bundles.activation))
    .limit(1);
  return row ?? null;
}

/** The digest of the policy bundle in force; null until one is activated. */
export async function readActiveDigest(db: Queries): Promise<string | null> {
  const [row] = await db
    .select({ digest: bundles.digest })
    .from(bundles)
    .where(eq(bundles.tenant, "main"))
    .orderBy(desc(bundles.activation))
    .limit(1);
  return row?.digest ?? null;
}

const targetColumns = {
  name: targets.name,
  kind: targets.kind,
  title: targets.title,
  environments: targets.environments,
  settings: targets.settings,
  entryDigest: targets.entryDigest,
  configured: targets.configured,
};
const vaultColumns = {
  name: vaults.name,
  entryDigest: vaults.entryDigest,
  configured: vaults.configured,
  approved: vaults.approved,
};

/** What a charter names, as somebody claims it: ids that are none are nobody's. */
export interface CharterMentions {
  readonly people: readonly string[];
  readonly teams: readonly string[];
  readonly service: string;
  readonly repository: string | null;
}

/** The part of the directory and the configuration that a charter is checked against. */
export async function readCharterFacts(db: Queries, of: CharterMentions) {
  const [repository, peopleRows, teamRows, serviceRows, targetRows] = await Promise.all([
    of.repository === null ? null : readRepository(db, of.repository),
    db
      .select({ id: people.canonical, active: isActive(sql`${people.canonical}`) })
      .from(people)
      .where(and(eq(people.tenant, "main"), inArray(people.canonical, of.people.filter(isUuid))))
      .groupBy(people.canonical),
    db
      .select({ id: teams.id })
      .from(teams)
      .where(and(eq(teams.tenant, "main"), inArray(teams.id, of.teams.filter(isUuid)))),
    db
      .select({ id: services.id, team: services.team, decommissioned: services.decommissioned })
      .from(services)
      .where(and(eq(services.tenant, "main"), inArray(services.id, [of.service].filter(isUuid)))),
    db
      .select({ name: targets.name, environments: targets.environments })
      .from(targets)
      .where(and(eq(targets.tenant, "main"), eq(targets.configured, true))),
  ]);
  return {
    people: peopleRows,
    teams: teamRows,
    services: serviceRows,
    repositories: repository === null ? [] : [repository],
    targets: targetRows,
  };
}

/** The repository of this name as the directory knows it; null when it does not. */
export async function readRepository(db: Queries, name: string) {
  const [row] = await db
    .select({
      name: repositories.name,
      ownerId: repositories.ownerId,
      repositoryId: repositories.repositoryId,
      service: repositories.service,
      environments: repositories.environments,
      subjectFormat: repositories.subjectFormat,
      archived: repositories.archived,
    })
    .from(repositories)
    .where(and(eq(repositories.tenant, "main"), eq(repositories.name, name)));
  return row ?? null;
}

/** Targets in configuration order, those no longer configured last. */
export const readPlanningTargets = (db: Queries) =>
  db
    .select(targetColumns)
    .from(targets)
    .where(eq(targets.tenant, "main"))
    .orderBy(desc(targets.configured), targets.position);

/** Vaults in configuration order: the first approved slot wins. */
export const readPlanningVaults = (db: Queries) =>
  db
    .select(vaultColumns)
    .from(vaults)
    .where(and(eq(vaults.tenant, "main"), eq(vaults.configured, true)))
    .orderBy(vaults.position);

export interface PlanningSubject {
  readonly target: string;
  readonly blueprint: string;
  readonly team: string;
  readonly service: string;
  readonly owner: string;
}

/** What a plan is drawn from beside the charter; null names what does not exist. */
export async function readPlanningFacts(db: Queries, of: PlanningSubject) {
  const [[target], vaultRows, blueprint, [labels]] = await Promise.all([
    db
      .select(targetColumns)
      .from(targets)
      .where(and(eq(targets.tenant, "main"), eq(targets.name, of.target))),
    readPlanningVaults(db),
    readBlueprint(db, of.blueprint),
    db
      .select({ team: teams.slug, service: services.slug, owner: people.email })
      .from(teams)
      .innerJoin(services, and(eq(services.tenant, teams.tenant), eq(services.id, of.service)))
      .innerJoin(people, and(eq(people.tenant, teams.tenant), eq(people.id, of.owner)))
      .where(and(eq(teams.tenant, "main"), eq(teams.id, of.team))),
  ]);
  return { target: target ?? null, vaults: vaultRows, blueprint, labels: labels ?? null };
}

export type PlanningFacts = Awaited<ReturnType<typeof readPlanningFacts>>;

/** One published blueprint, configured or not: later requests still need those that are gone. */
export async function readBlueprint(db: Queries, id: string) {
  const [row] = await db
    .select({
      id: blueprints.id,
      digest: blueprints.digest,
      content: blueprints.content,
      configured: blueprints.configured,
    })
    .from(blueprints)
    .where(and(eq(blueprints.tenant, "main"), eq(blueprints.kind, "blueprint"), eq(blueprints.id, id)));
  return row ?? null;
}

/** Configured reach packs by id, in the order asked for. */
export async function readReachPacks(db: Queries, ids: readonly string[]) {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ id: blueprints.id, digest: blueprints.digest, content: blueprints.content })
    .from(blueprints)
    .where(
      and(
        eq(blueprints.tenant, "main"),
        eq(blueprints.kind, "reach-pack"),
        eq(blueprints.configured, true),
        inArray(blueprints.id, [...ids]),
      ),
    );
  return ids.flatMap((id) => rows.filter((row) => row.id === id));
}

/** Every reach pack that was ever published, those that are offered first: what was granted by one that is gone is still told by its name. */
export const readEveryReachPack = (db: Queries) =>
  db
    .select({ content: blueprints.content, configured: blueprints.configured })
    .from(blueprints)
    .where(and(eq(blueprints.tenant, "main"), eq(blueprints.kind, "reach-pack")))
    .orderBy(desc(blueprints.configured), blueprints.id)
    .limit(500);
