import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster as startEmbedded } from "#lib/embedded-postgres/cluster.mjs";

export interface TestCluster {
  readonly port: number;
  readonly pid: number;
  /** As superuser `postgres` unless told otherwise. */
  url(database?: string, user?: string, password?: string): string;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/** A throwaway PostgreSQL on a free loopback port, without fsync. */
export async function startCluster(settings: Record<string, string | number> = {}): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), "charter-pg-"));
  const cluster = await startEmbedded({ folder, password: "test", settings, durable: false });
  return {
    port: cluster.port,
    pid: cluster.pid,
    url: cluster.url,
    async stop() {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
