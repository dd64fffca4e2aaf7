import { and, asc, eq, sql } from "drizzle-orm";
import type { Check } from "#lib/domain/target.ts";
import type { Queries, Tx } from "../client.ts";
import { blueprints, bundles, targets, vaults, workers } from "../schema/configuration.ts";
import { gates } from "../schema/progress.ts";

export type TargetRow = typeof targets.$inferSelect;
export type VaultRow = typeof vaults.$inferSelect;
export type BlueprintRow = typeof blueprints.$inferSelect;

type Published<Row> = Omit<Row, "tenant" | "version" | "checks" | "checkedAt" | "sweptAt">;
export type PublishedTarget = Published<TargetRow>;
export type PublishedVault = Published<VaultRow>;
export type PublishedBlueprint = Published<BlueprintRow>;

/** Everything published so far, configured or not. */
export async function readPublished(db: Queries) {
  return {
    targets: await db.select().from(targets).where(eq(targets.tenant, "main")).orderBy(asc(targets.position)),
    vaults: await db.select().from(vaults).where(eq(vaults.tenant, "main")).orderBy(asc(vaults.position)),
    blueprints: await db.select().from(blueprints).where(eq(blueprints.tenant, "main")),
  };
}

/** One publisher at a time, until the transaction ends. A lock that only who may write bundles can take; readers pass. */
export const lockPublishing = (tx: Tx) => tx.execute(sql`lock table charter.bundles in share row exclusive mode`);

/** Writes a target's public entry; returns the row's new version. */
export async function saveTarget(tx: Tx, row: PublishedTarget): Promise<number> {
  const [saved] = await tx
    .insert(targets)
    .values(row)
    .onConflictDoUpdate({
      target: [targets.tenant, targets.name],
      set: { ...row, version: sql`${targets.version} + 1` },
    })
    .returning({ version: targets.version });
  return versionOf(saved);
}

export async function saveVault(tx: Tx, row: PublishedVault): Promise<number> {
  const [saved] = await tx
    .insert(vaults)
    .values(row)
    .onConflictDoUpdate({
      target: [vaults.tenant, vaults.name],
      set: { ...row, version: sql`${vaults.version} + 1` },
    })
    .returning({ version: vaults.version });
  return versionOf(saved);
}

export async function saveBlueprint(tx: Tx, row: PublishedBlueprint): Promise<number> {
  const [saved] = await tx
    .insert(blueprints)
    .values(row)
    .onConflictDoUpdate({
      target: [blueprints.tenant, blueprints.kind, blueprints.id],
      set: { ...row, version: sql`${blueprints.version} + 1` },
    })
    .returning({ version: blueprints.version });
  return versionOf(saved);
}

const versionOf = (saved: { readonly version: number } | undefined): number => {
  if (saved === undefined) throw new Error("A row that was written comes back.");
  return saved.version;
};

export interface SeenChecks {
  readonly name: string;
  readonly checks: readonly Check[];
  readonly at: Date;
}
/** Keeps what a check of a target saw; returns the row's new version, null when the target is not published. */
export async function saveTargetChecks(tx: Tx, { name, checks, at }: SeenChecks) {
  const [row] = await tx
    .update(targets)
    .set({ checks: [...checks], checkedAt: at, version: sql`${targets.version} + 1` })
    .where(and(eq(targets.tenant, "main"), eq(targets.name, name)))
    .returning({ version: targets.version });
  return row?.version ?? null;
}

export async function saveVaultChecks(tx: Tx, { name, checks, at }: SeenChecks) {
  const [row] = await tx
    .update(vaults)
    .set({ checks: [...checks], checkedAt: at, version: sql`${vaults.version} + 1` })
    .where(and(eq(vaults.tenant, "main"), eq(vaults.name, name)))
    .returning({ version: vaults.version });
  return row?.version ?? null;
}

/** Keeps when a target was last read through; returns the row's new version. */
export async function saveTargetSweep(tx: Tx, name: string, at: Date) {
  const [row] = await tx
    .update(targets)
    .set({ sweptAt: at, version: sql`${targets.version} + 1` })
    .where(and(eq(targets.tenant, "main"), eq(targets.name, name)))
    .returning({ version: targets.version });
  return row?.version ?? null;
}

export interface GateLimits {
  readonly target: string;
  readonly maxRunning: number;
  readonly rate: number;
  readonly burst: number;
  readonly reserve: number;
}
/** Sets a target's or vault's limits; tokens that were spent stay spent. */
export const saveGate = (db: Queries, limits: GateLimits) =>
  db
    .insert(gates)
    .values({ ...limits, tokens: limits.burst })
    .onConflictDoUpdate({
      target: [gates.tenant, gates.target],
      set: { ...limits, open: true, tokens: sql`least(${gates.tokens}, ${limits.burst})` },
    });

export interface Heartbeat {
  readonly id: string;
  readonly configDigest: string;
  readonly public: {
    readonly installation: string;
    readonly portal: string;
    readonly issuer: string;
    readonly problems: readonly string[];
    /** Why it only reports. */
    readonly halted?: string | null;
  };
}
/** Says that a worker lives, by the server's clock. */
export const beat = (db: Queries, worker: Heartbeat) =>
  db
    .insert(workers)
    .values({ ...worker, startedAt: sql`clock_timestamp()`, heartbeatAt: sql`clock_timestamp()` })
    .onConflictDoUpdate({
      target: [workers.tenant, workers.id],
      set: { heartbeatAt: sql`clock_timestamp()`, configDigest: worker.configDigest, public: worker.public },
    });

/** Takes a worker that ends, and those silent for a day, off the list. */
export const forgetWorkers = (db: Queries, id: string) =>
  db
    .delete(workers)
    .where(
      and(
        eq(workers.tenant, "main"),
        sql`(${workers.id} = ${id}::uuid or ${workers.heartbeatAt} < clock_timestamp() - interval '1 day')`,
      ),
    );

export interface NewBundle {
  readonly activation: number;
  readonly digest: string;
  readonly files: { readonly [file: string]: string };
  readonly activatedBy: readonly string[];
  readonly activatedAt: Date;
}
export const insertBundle = (tx: Tx, row: NewBundle) => tx.insert(bundles).values(row);

/** `system_identifier` of the cluster that this database lies in. */
export async function readSystemIdentifier(db: Queries): Promise<string> {
  const [row] = await db.execute<{ own: string }>(sql`select system_identifier::text as own from pg_control_system()`);
  if (row === undefined) throw new Error("The database did not tell its system identifier.");
  return row.own;
}

/** How far the business clock is set ahead, seconds; anything but 0 is for demos and tests alone. */
export async function readClockOffset(db: Queries): Promise<number> {
  const [row] = await db.execute<{ ahead: number }>(
    sql`select extract(epoch from charter.clock() - clock_timestamp())::float8 as ahead`,
  );
  return row === undefined || Math.abs(row.ahead) < 1 ? 0 : row.ahead;
}
