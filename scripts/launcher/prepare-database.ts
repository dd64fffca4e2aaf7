import postgres from "postgres";
import { migrate } from "#db/migrate.ts";
import { createRoles, type PerRole } from "#db/roles.ts";

/** Read from standard input as JSON. `admin` null: the roles are somebody else's care and only `migrate` is used. */
interface Ask {
  readonly admin: string | null;
  /** Made when absent; null: the database that `admin` names. */
  readonly database: string | null;
  readonly passwords: PerRole;
  readonly migrate: string | null;
}

/** Makes the database and the roles, migrates, and prints one URL per role as JSON. Run by the launcher. */
async function prepare(ask: Ask): Promise<Partial<PerRole>> {
  if (ask.admin === null) {
    if (ask.migrate === null) throw new Error("Neither an administrator's nor the migration role's address was given.");
    await migrate(ask.migrate);
    return {};
  }
  const admin = ask.database === null ? ask.admin : await databaseIn(ask.admin, ask.database);
  const urls = await createRoles(admin, ask.passwords);
  await migrate(urls.migrate);
  return urls;
}

async function databaseIn(admin: string, name: string): Promise<string> {
  const sql = postgres(admin, { max: 1, onnotice: () => {} });
  try {
    const there = await sql`select 1 from pg_database where datname = ${name}`;
    if (there.length === 0) await sql`create database ${sql(name)}`;
  } finally {
    await sql.end();
  }
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return url.href;
}

let input = "";
for await (const chunk of process.stdin) input += chunk;
process.stdout.write(JSON.stringify(await prepare(JSON.parse(input) as Ask)));
