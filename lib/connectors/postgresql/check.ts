import { certificateTrouble } from "#lib/domain/certificate.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls, Check } from "#lib/domain/target.ts";
import type { Cluster, Transaction } from "./client.ts";
import { quoted } from "./names.ts";
import { borrow } from "./roles.ts";

/** Roles of Charter's own database: a cluster that has them is the portal's, or another portal's. */
const portalRoles = ["charter_owner", "charter_web", "charter_worker"];

export interface Checking {
  readonly cluster: Cluster;
  readonly calls: Calls;
  /** `system_identifier` of the portal's own cluster, when known. */
  readonly portal: string | null;
}

/** Reachable, new enough, not the portal's own cluster, and each right by name, tried on a throwaway role that is rolled back. */
export async function check(checking: Checking): Promise<readonly Check[]> {
  const { cluster, calls } = checking;
  try {
    const server = await cluster.read({ calls, name: "postgresql check server" }, readServer);
    const checks = serverChecks(server, checking.portal);
    if (checks.some(({ ok, name }) => !ok && decisive.has(name))) return checks;
    const rights = await rightsChecks(checking);
    const databases: Check[] = [];
    for (const database of cluster.settings.databases) databases.push(await databaseCheck(checking, database));
    return [...checks, ...rights, ...databases];
  } catch (error) {
    if (!(error instanceof TargetFault)) throw error;
    return [{ name: "server", ok: false, sentence: error.sentence, mend: mendOf(error) }];
  }
}

function mendOf({ kind, code }: TargetFault): string {
  if (kind === "denied") return "Renew the credential `password`, and let the portal's host in.";
  if (certificateTrouble(code) !== null)
    return "Renew the server's certificate, name the host that it names, or put its authority under `tls.ca`.";
  return "Correct host and port, or the way to it.";
}

const decisive = new Set(["version", "not the portal's cluster"]);

interface Server {
  readonly version: number;
  readonly system: string;
  readonly superuser: boolean;
  readonly createRole: boolean;
  readonly logs: string;
  readonly portals: number;
}

async function readServer(sql: Transaction): Promise<Server> {
  const [row] = await sql<Server[]>`
    select current_setting('server_version_num')::int as version,
           (select system_identifier::text from pg_control_system()) as system,
           rolsuper as superuser, rolcreaterole as "createRole", current_setting('log_statement') as logs,
           (select count(*)::int from pg_roles where rolname in ${sql(portalRoles)}) as portals
    from pg_roles where rolname = current_user`;
  if (row === undefined)
    throw new TargetFault("invalid", "no-self", "The server does not know the role we signed in as.");
  return row;
}

function serverChecks(
  { version, system, superuser, createRole, logs, portals }: Server,
  portal: string | null,
): readonly Check[] {
  const major = Math.floor(version / 10_000);
  const own = system === portal || portals === portalRoles.length;
  return [
    { name: "server", ok: true, sentence: `Reachable, PostgreSQL ${major}, cluster ${system}.` },
    verdict("version", major >= 16, {
      good: "16 or later: CREATEROLE reaches only roles it made.",
      bad: `PostgreSQL ${major} lets a role with CREATEROLE change every other role.`,
      mend: "Use PostgreSQL 16 or later.",
    }),
    verdict("not the portal's cluster", !own, {
      good: "Another cluster than the portal's own.",
      bad: "Charter's own database lies in this cluster: whoever makes roles here could reach the audit log.",
      mend: "Name another cluster as the target.",
    }),
    verdict("CREATEROLE", createRole || superuser, {
      good: "May create roles.",
      bad: "The portal's role may not create roles.",
      mend: "ALTER ROLE charter_admin CREATEROLE;",
    }),
    verdict("no superuser", !superuser, {
      good: "No superuser.",
      bad: "The portal signs in as a superuser, who may do everything in this cluster.",
      mend: "Make a role with CREATEROLE, as the policy shown here says.",
    }),
    verdict("statement log", logs === "none" || logs === "mod", {
      good: "ALTER ROLE is not written to the server's log.",
      bad: `log_statement is ${logs}: password verifiers (never passwords) are written to the server's log.`,
      mend: "ALTER ROLE charter_admin SET log_statement = 'none'; as a superuser.",
    }),
  ];
}

/** Each of the flow's rights in its own transaction, so that one that is missing does not hide the next. */
async function rightsChecks({ cluster, calls }: Checking): Promise<readonly Check[]> {
  const name = quoted("charter-check");
  const tries: readonly [string, (sql: Transaction) => Promise<unknown>][] = [
    ["mark a role", (sql) => sql.unsafe(`COMMENT ON ROLE ${name} IS 'check'`)],
    ["set a password and its end", (sql) => sql.unsafe(`ALTER ROLE ${name} PASSWORD NULL VALID UNTIL '2000-01-01'`)],
    ["allow and forbid signing in", (sql) => sql.unsafe(`ALTER ROLE ${name} LOGIN; ALTER ROLE ${name} NOLOGIN`)],
    ["act for a role, to end its sessions", (sql) => borrow(sql, ["charter-check"])],
    [
      "drop a role",
      async (sql) => {
        await borrow(sql, ["charter-check"]);
        await sql.unsafe(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
      },
    ],
  ];
  const checks: Check[] = [];
  for (const [right, attempt] of tries) {
    checks.push(
      await tried(right, "Give the portal's role CREATEROLE.", () =>
        cluster.rehearse({ calls, name: "postgresql check right" }, async (sql) => {
          await sql.unsafe(`CREATE ROLE ${name} NOLOGIN`);
          await attempt(sql);
        }),
      ),
    );
  }
  return checks;
}

async function tried(name: string, mend: string, run: () => Promise<unknown>): Promise<Check> {
  try {
    await run();
    return { name, ok: true, sentence: "Tried on a throwaway role and rolled back." };
  } catch (error) {
    if (!(error instanceof TargetFault)) throw error;
    return { name, ok: false, sentence: error.sentence, mend };
  }
}

interface Grantable {
  readonly connect: boolean;
  readonly tables: number;
  readonly open: number;
}

/** A privilege can be passed on only by an object's owner, a member of that owner, or who holds it with grant option. */
async function databaseCheck({ cluster, calls }: Checking, database: string): Promise<Check> {
  const name = `grant in ${database}`;
  const mend = `GRANT <owner of ${database}> TO ${cluster.settings.adminRole};`;
  try {
    const [row] = await cluster.read({ calls, name: "postgresql check database", database }, (sql) => {
      return sql<Grantable[]>`
        select has_database_privilege(current_database(), 'CONNECT WITH GRANT OPTION') as connect,
               count(*)::int as tables, (count(*) filter (where has_table_privilege(c.oid, 'SELECT WITH GRANT OPTION')))::int as open
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
    });
    const { connect = false, tables = 0, open = 0 } = row ?? {};
    return verdict(name, connect && (open > 0 || tables === 0), {
      good: `May grant connecting, and ${open} of ${tables} tables.`,
      bad: connect ? `May grant none of ${tables} tables.` : "May not let roles connect to this database.",
      mend,
    });
  } catch (error) {
    if (!(error instanceof TargetFault)) throw error;
    return { name, ok: false, sentence: error.sentence, mend };
  }
}

const verdict = (name: string, ok: boolean, say: { good: string; bad: string; mend: string }): Check =>
  ok ? { name, ok, sentence: say.good } : { name, ok, sentence: say.bad, mend: say.mend };
