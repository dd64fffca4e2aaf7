import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { runningServer, startCluster as startEmbedded } from "#lib/embedded-postgres/cluster.mjs";

export interface TestCluster {
  readonly port: number;
  readonly pid: number;
  /** As superuser `postgres` unless told otherwise. */
  url(database?: string, user?: string, password?: string): string;
  /** Stops it as `pg_ctl stop -m immediate` does, and starts it again at the same port. */
  restart(): Promise<void>;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/** A throwaway PostgreSQL on a free loopback port, without fsync. */
export async function startCluster(settings: Record<string, string | number> = {}): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), "charter-pg-"));
  const start = (port?: number) =>
    startEmbedded({ folder, password: "test", settings, durable: false, ...(port === undefined ? {} : { port }) });
  let cluster = await start();
  return {
    port: cluster.port,
    pid: cluster.pid,
    url: cluster.url,
    async restart() {
      process.kill(cluster.pid, "SIGQUIT");
      while (runningServer(join(folder, "data")) !== null) await pause(5);
      // Left behind, it would say of the next server that it is ready.
      rmSync(join(folder, "data", "postmaster.pid"), { force: true });
      cluster = await start(cluster.port);
    },
    async stop() {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
