import postgres from "postgres";
import { runningServer } from "#lib/embedded-postgres/cluster.mjs";
import { objectOf, type World } from "./outside.ts";
import type { Stage } from "./stage.ts";
import type { Deed } from "./story.ts";

/** What a dump said of roles, until it is restored. */
const dumps = new Map<string, { readonly role: string; readonly comment: string }>();

/** Administrators of the orders database do something as its superuser, and tell nobody. */
export async function atCluster(stage: Stage, world: World, deed: Extract<Deed, { do: "cluster" }>): Promise<void> {
  const server = runningServer(`${world.clusters}/orders-prod/data`);
  if (server === null) throw new Error("The orders database does not run.");
  // Its superuser's password is known to everyone, as everything in the simulated cluster is.
  const address = `postgres://postgres:simulated@127.0.0.1:${server.port}/orders`;
  const sql = postgres(address, { max: 1, onnotice: () => undefined });
  try {
    await done(stage, sql, deed);
  } finally {
    await sql.end();
  }
}

async function done(stage: Stage, sql: postgres.Sql, { what, name }: Extract<Deed, { do: "cluster" }>): Promise<void> {
  switch (what) {
    // Made by a migration that ran as superuser, so that those who may grant the shop's tables may not grant this one.
    case "own-table":
      await sql`create table shop.${sql(name)} (code text primary key, redeemed_at timestamptz)`;
      return;
    case "keep-dump": {
      const { name: role } = await objectOf(stage, name);
      const [row] = await sql<{ comment: string }[]>`
        select shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = ${role}`;
      if (row !== undefined) dumps.set(name, { role, comment: row.comment });
      return;
    }
    case "restore-dump": {
      const dump = dumps.get(name);
      if (dump === undefined) return;
      await sql`create role ${sql(dump.role)} nologin`;
      await sql.unsafe(`comment on role "${dump.role}" is '${dump.comment.replaceAll("'", "''")}'`);
      return;
    }
    case "take-admin": {
      const logins = await sql<{ role: string }[]>`
        select r.rolname as role from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles g on g.oid = m.member
        where g.rolname = 'charter_admin' and m.admin_option and r.rolcanlogin and starts_with(r.rolname, ${(await objectOf(stage, name)).name})`;
      for (const { role } of logins) await sql`revoke admin option for ${sql(role)} from charter_admin`;
    }
  }
}
