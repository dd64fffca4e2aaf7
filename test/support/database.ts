import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";
import { type Db, openDatabase } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { admitRoles, createRoles } from "#db/roles.ts";

const passwords = { web: "web", worker: "worker", auditor: "auditor", migrate: "migrate" };
const template = "charter_template";

/** A migrated, empty database of its own. `admin` is a superuser's connection, for what no role of ours may do. */
export interface TestDatabase {
  readonly webUrl: string;
  readonly workerUrl: string;
  readonly auditorUrl: string;
  readonly migrateUrl: string;
  readonly adminUrl: string;
  readonly web: Db;
  readonly worker: Db;
  readonly admin: postgres.Sql;
  /** Moves `charter.clock()` to `interval` ahead of the server (PostgreSQL interval text, "0" to put it back). */
  setClock(interval: string): Promise<void>;
  /** Closes the connections above and drops the database. */
  close(): Promise<void>;
}

/** Makes a database from the migrated template of a cluster (the run's): once per test file, in `beforeAll`. */
export async function testDatabase(cluster: string = inject("cluster")): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onCluster(cluster, async (sql) => {
    await prepareTemplate(cluster, sql);
    await sql.unsafe(`create database ${name} template ${template}`);
  });
  const adminUrl = inDatabase(cluster, name);
  await admitRoles(adminUrl);
  const url = (login: keyof typeof passwords) =>
    inDatabase(cluster, name, { user: `charter_${login}`, password: passwords[login] });
  const web = openDatabase(url("web"), { applicationName: "test-web", max: 6 });
  const worker = openDatabase(url("worker"), { applicationName: "test-worker", max: 8, prepares: true });
  const admin = postgres(adminUrl, { max: 3, onnotice: () => {} });
  return {
    webUrl: url("web"),
    workerUrl: url("worker"),
    auditorUrl: url("auditor"),
    migrateUrl: url("migrate"),
    adminUrl,
    web: web.db,
    worker: worker.db,
    admin,
    setClock: async (interval) => void (await admin`update charter.clock_offset set ahead = ${interval}::interval`),
    close: async () => {
      await Promise.all([web.close(), worker.close(), admin.end()]);
      await onCluster(cluster, (sql) => sql.unsafe(`drop database ${name} with (force)`));
    },
  };
}

/** Roles are the cluster's, so they and the template are made once a run, by whichever test file comes first. */
async function prepareTemplate(cluster: string, sql: postgres.Sql): Promise<void> {
  const found = await sql`select 1 from pg_database where datname = ${template}`;
  if (found.length > 0) return;
  const building = `${template}_building`;
  await sql.unsafe(`drop database if exists ${building} with (force)`);
  await sql.unsafe(`create database ${building} template template0 encoding 'UTF8' locale 'C'`);
  const urls = await createRoles(inDatabase(cluster, building), passwords);
  await migrate(urls.migrate);
  await sql.unsafe(`alter database ${building} rename to ${template}`);
}

/** One file at a time: a template must have no other connection while it is copied. */
async function onCluster(cluster: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(cluster, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(7)`;
    await work(sql);
  } finally {
    await sql.end();
  }
}

function inDatabase(url: string, database: string, login?: { user: string; password: string }): string {
  const own = new URL(url);
  own.pathname = `/${database}`;
  if (login) {
    own.username = login.user;
    own.password = login.password;
  }
  return own.href;
}
