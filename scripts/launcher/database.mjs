import { fileURLToPath } from "node:url";
import { startCluster } from "../../lib/embedded-postgres/cluster.mjs";
import { environment } from "./environment.mjs";
import { lastWords, run } from "./run.mjs";
import { Stop } from "./sentence.mjs";

const program = fileURLToPath(new URL("./prepare-database.ts", import.meta.url));

/** How the portal's database is given: a URL per role, one administrator's URL, or none, which means the embedded server. */
export function databaseKind() {
  const perRole = ["WEB", "WORKER", "MIGRATE"].map((role) => process.env[`CHARTER_${role}_DATABASE_URL`]);
  if (perRole.every(Boolean)) return "per-role";
  if (perRole.some(Boolean)) {
    throw new Stop(
      "Set all of CHARTER_WEB_DATABASE_URL, CHARTER_WORKER_DATABASE_URL and CHARTER_MIGRATE_DATABASE_URL, or none of them.",
    );
  }
  return process.env.DATABASE_URL ? "administrator" : "embedded";
}

/** Starts the embedded server, or adopts the one that a killed launcher left running. */
export async function startPostgres(home, { password, port }) {
  try {
    return await startCluster({ folder: home.postgres, password, port });
  } catch (error) {
    throw new Stop(error.message);
  }
}

/** Database, roles and migrations. Returns {web, worker, auditor, migrate}: the address of each role. */
export async function prepareDatabase({ kind, cluster, secrets, node }) {
  const given = {
    web: process.env.CHARTER_WEB_DATABASE_URL,
    worker: process.env.CHARTER_WORKER_DATABASE_URL,
    migrate: process.env.CHARTER_MIGRATE_DATABASE_URL,
  };
  const passwords = {
    web: secrets.charter_web,
    worker: secrets.charter_worker,
    auditor: secrets.charter_auditor,
    migrate: secrets.charter_migrate,
  };
  const asks = {
    embedded: () => ({ admin: cluster.url("postgres"), database: "charter", passwords, migrate: null }),
    administrator: () => ({ admin: process.env.DATABASE_URL, database: null, passwords, migrate: null }),
    "per-role": () => ({ admin: null, database: null, passwords, migrate: given.migrate }),
  };
  const done = await run(node, [program], { env: environment(), input: JSON.stringify(asks[kind]()) });
  if (done.status !== 0) throw new Stop(`The database could not be prepared: ${reason(done)}`);
  return kind === "per-role" ? given : JSON.parse(done.stdout);
}

function reason(done) {
  const line = done.stderr.split("\n").find((text) => /^\w*Error\b/.test(text.trim()));
  if (/permission denied to create role/.test(done.stderr))
    return "DATABASE_URL must name a role that may create roles.";
  return line?.trim() ?? lastWords(done);
}
