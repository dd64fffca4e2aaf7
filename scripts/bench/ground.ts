import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type Database, openDatabase } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { createRoles, type PerRole } from "#db/roles.ts";
import { startCluster } from "#lib/embedded-postgres/cluster.mjs";

/** A PostgreSQL of the bench's own, set up as the launcher sets one up: with fsync, in its default size. */
export interface Ground {
  readonly folder: string;
  readonly urls: PerRole;
  /** A superuser's address. */
  readonly server: string;
  readonly pid: number;
  readonly web: Database;
  readonly worker: Database;
  /** A superuser's connection: seeds, and says what PostgreSQL thinks. Nothing measured goes through it but named peers. */
  readonly admin: postgres.Sql;
  /** Stops the server; removes the data unless a folder was given. */
  close(): Promise<void>;
}

/** Opens the cluster in `folder` (made when absent), or one in a fresh temporary folder. */
export async function openGround(folder?: string): Promise<Ground> {
  const place = folder ?? mkdtempSync(join(tmpdir(), "charter-bench-"));
  if (folder) mkdirSync(folder, { recursive: true });
  const cluster = await startCluster({ folder: place, password: "bench" });
  const urls = await createRoles(cluster.url());
  await migrate(urls.migrate);
  const web = openDatabase(urls.web, { applicationName: "bench-web", max: 10 });
  const worker = openDatabase(urls.worker, { applicationName: "bench-worker", max: 12 });
  const admin = postgres(cluster.url(), { max: 4, onnotice: () => {} });
  return {
    ...{ folder: place, urls, server: cluster.url(), pid: cluster.pid, web, worker, admin },
    async close() {
      await Promise.all([web.close(), worker.close(), admin.end()]);
      await cluster.stop();
      if (!folder) rmSync(place, { recursive: true, force: true });
    },
  };
}
