import { and, asc, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import { discrepancyFindings } from "#lib/domain/finding.ts";
import type { Queries } from "../client.ts";
import { targets, vaults, workers } from "../schema/configuration.ts";
import { findings } from "../schema/findings.ts";

/** Targets, vaults, what reconciliation found on them, and the workers that serve them: for operator, security and auditor. */
export async function readTargets(db: Queries, viewer: Viewer) {
  if (viewer.roles.length === 0) return null;
  const [targetRows, vaultRows, found, workerRows] = await Promise.all([
    readTargetRows(db),
    db.select().from(vaults).where(eq(vaults.tenant, "main")).orderBy(desc(vaults.configured), asc(vaults.position)),
    db
      .select()
      .from(findings)
      .where(
        and(eq(findings.tenant, "main"), inArray(findings.kind, [...discrepancyFindings]), isNull(findings.closedAt)),
      )
      .orderBy(desc(findings.openedAt))
      .limit(200),
    readWorkers(db),
  ]);
  return { targets: targetRows, vaults: vaultRows, findings: found, workers: workerRows };
}

const readTargetRows = (db: Queries) =>
  db
    .select({
      name: targets.name,
      kind: targets.kind,
      title: targets.title,
      environments: targets.environments,
      settings: targets.settings,
      entryDigest: targets.entryDigest,
      simulated: targets.simulated,
      configured: targets.configured,
      checks: targets.checks,
      checkedAt: targets.checkedAt,
      sweptAt: targets.sweptAt,
      identities: sql<number>`(select count(*)::int from (select 1 from charter.identities i where i.tenant = 'main'
          and i.target = charter.targets.name and i.state not in ('retired', 'failed') limit 10001) held)`,
    })
    .from(targets)
    .where(eq(targets.tenant, "main"))
    .orderBy(desc(targets.configured), asc(targets.position));

const readWorkers = (db: Queries) =>
  db
    .select({
      id: workers.id,
      startedAt: workers.startedAt,
      heartbeatAt: workers.heartbeatAt,
      configDigest: workers.configDigest,
      fresh: sql<boolean>`${workers.heartbeatAt} > clock_timestamp() - interval '15 seconds'`,
    })
    .from(workers)
    .where(and(eq(workers.tenant, "main"), sql`${workers.heartbeatAt} > clock_timestamp() - interval '1 day'`))
    .orderBy(desc(workers.heartbeatAt))
    .limit(20);
export type TargetsPage = NonNullable<Awaited<ReturnType<typeof readTargets>>>;

/** Names of configured targets and vaults: what may be asked to be checked. */
export async function readPlaceNames(db: Queries): Promise<readonly string[]> {
  const rows = await db.execute<{ name: string }>(sql`
    select name from charter.targets where tenant = 'main' and configured
    union select name from charter.vaults where tenant = 'main' and configured`);
  return rows.map(({ name }) => name);
}
