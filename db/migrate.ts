import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as run } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

const migrationsFolder = fileURLToPath(new URL("./migrations", import.meta.url));

/**
 * Brings the database up to the newest migration, in one transaction, acting for `charter_owner`. `url` logs in as
 * `charter_migrate`; db/roles.ts must have made the roles. A second caller waits for the first and then finds nothing to do.
 */
export async function migrate(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "charter-migrate" } });
  try {
    await client`set role charter_owner`;
    await client`select pg_advisory_lock(hashtext('charter.migrations'))`;
    await run(drizzle(client), { migrationsFolder, migrationsSchema: "charter", migrationsTable: "migrations" });
  } finally {
    await client.end();
  }
}

if (import.meta.main) {
  const url = process.env.CHARTER_MIGRATE_DATABASE_URL;
  if (!url) {
    process.stderr.write("Set CHARTER_MIGRATE_DATABASE_URL to the address of the role charter_migrate.\n");
    process.exit(2);
  }
  await migrate(url);
  process.stdout.write("The database is up to date.\n");
}
