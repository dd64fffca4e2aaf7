import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import postgres from "postgres";

/** The roles that may log in; `charter_owner` owns everything and cannot. */
const logins = {
  web: "charter_web",
  worker: "charter_worker",
  auditor: "charter_auditor",
  migrate: "charter_migrate",
} as const;
type Login = keyof typeof logins;
export type PerRole = { readonly [L in Login]: string };

/**
 * Makes the roles where absent, sets their passwords (random unless given) and lets them, and nobody else, into the database that
 * `adminUrl` names. Returns one URL per role. `adminUrl` is of a role that may create roles and owns that database; running it
 * again gives new passwords, so earlier URLs stop working.
 */
export async function createRoles(adminUrl: string, given: Partial<PerRole> = {}): Promise<PerRole> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  const password = (login: Login) => given[login] ?? randomBytes(24).toString("base64url");
  const passwords: PerRole = {
    web: password("web"),
    worker: password("worker"),
    auditor: password("auditor"),
    migrate: password("migrate"),
  };
  try {
    const present = new Set(
      (await sql`select rolname from pg_roles where starts_with(rolname, 'charter_')`).map((row) => row.rolname),
    );
    if (!present.has("charter_owner")) await sql`create role charter_owner nologin`;
    for (const login of Object.keys(logins) as Login[]) {
      const verb = present.has(logins[login]) ? "alter" : "create";
      await sql.unsafe(`${verb} role ${logins[login]} login password '${scramVerifier(passwords[login])}'`);
    }
    await sql`grant charter_owner to charter_migrate`;
    // A web that hangs in a transaction must not keep others waiting. It can lift these itself: they tidy, they do not guard.
    await sql`alter role charter_web set statement_timeout = '15s'`;
    await sql`alter role charter_web set idle_in_transaction_session_timeout = '15s'`;
    // A worker that is frozen in a transaction loses its locks about when its leases end, and the others go on.
    await sql`alter role charter_worker set idle_in_transaction_session_timeout = '1min'`;
  } finally {
    await sql.end();
  }
  await admitRoles(adminUrl);
  const url = (login: Login) => withLogin(adminUrl, logins[login], passwords[login]);
  return { web: url("web"), worker: url("worker"), auditor: url("auditor"), migrate: url("migrate") };
}

/** Lets the roles, and nobody else, into the database that `adminUrl` names. A database made from a template starts without this. */
export async function admitRoles(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    const [here] = await sql<{ name: string }[]>`select quote_ident(current_database()) as name`;
    await sql.unsafe(`revoke connect, temporary on database ${here?.name} from public`);
    await sql.unsafe(`grant connect on database ${here?.name} to ${Object.values(logins).join(", ")}`);
    await sql.unsafe(`grant create on database ${here?.name} to charter_owner`);
  } finally {
    await sql.end();
  }
}

function withLogin(url: string, user: string, password: string): string {
  const own = new URL(url);
  own.username = user;
  own.password = password;
  return own.href;
}

/** What PostgreSQL stores of a password (SCRAM-SHA-256), computed here so that no statement log ever holds the password. */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, 4096, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
  return `SCRAM-SHA-256$4096:${salt.toString("base64")}$${stored}:${hmac("Server Key").toString("base64")}`;
}
