import type { Intent, Observed, ObservedObject, Step } from "#lib/connectors/connector.ts";
import { Squatter } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { Calls } from "#lib/domain/target.ts";
import { databasesNaming, heldBy, strayLinks } from "./catalog.ts";
import type { Cluster, Transaction } from "./client.ts";
import { loginStateOf, markOf } from "./comment.ts";
import { differences } from "./grants.ts";
import { loginNumber } from "./names.ts";
import { type Desired, desiredOf } from "./plan.ts";
import { type OurLogin, type RoleRow, readLogins, readOurs } from "./roles.ts";
import { databasesOf } from "./steps/create.ts";

/** Reads an identity's roles, links and privileges back, in every database that names it. PostgreSQL never lags. */
export async function observe(cluster: Cluster, intent: Intent, calls: Calls): Promise<Observed> {
  const desired = desiredOf(intent.plan);
  try {
    const seen = await cluster.read({ calls, name: "postgresql read roles" }, async (sql) => ({
      ...(await readIdentity(sql, desired, intent)),
      role: await readOurs(sql, desired.role, intent),
    }));
    if (seen.role === null && seen.logins.length === 0) return { state: "absent" };
    const parts = rolesDiffer(seen.role, seen.logins, desired);
    const names = [desired.role, ...seen.logins.map(({ name }) => name)];
    const privileges = await privilegesDiffer({ cluster, calls, desired, names, databases: seen.databases });
    const enabled = seen.logins.some(({ canLogin, state }) => canLogin && state.closedBy === null);
    return {
      state: "ours",
      externalId: seen.role?.oid ?? "",
      enabled,
      differences: [...parts, ...seen.links, ...privileges],
    };
  } catch (error) {
    if (error instanceof Squatter) return { state: "not-ours", why: error.message };
    throw error;
  }
}

async function readIdentity(sql: Transaction, desired: Desired, intent: Intent) {
  const logins = await readLogins(sql, desired, intent);
  const names = logins.length === 0 ? [desired.login] : logins.map(({ name }) => name);
  return {
    logins,
    links: await strayLinks(sql, desired.role, names),
    databases: await databasesNaming(sql, [desired.role, ...names]),
  };
}

/**
 * A login after the planned one is a rotation's that is under way, and none of this plan's business; one before it was replaced
 * and may no longer sign in, unless the plan has it beside.
 */
function rolesDiffer(role: RoleRow | null, logins: readonly OurLogin[], desired: Desired): readonly string[] {
  const numberOf = (name: string): number => loginNumber(desired.role, name) ?? 0;
  const older = logins.filter(({ name }) => numberOf(name) < numberOf(desired.login) && !desired.beside.includes(name));
  const newest = logins.findLast(({ name }) => numberOf(name) >= numberOf(desired.login));
  return [
    ...(role === null ? [`${desired.role} is gone`] : []),
    ...(role?.canLogin === true ? [`${desired.role} can sign in`] : []),
    ...(newest === undefined ? [`${desired.login} is gone`] : []),
    ...older.filter(({ canLogin }) => canLogin).map(({ name }) => `${name} was replaced and can sign in`),
    ...logins.filter((login) => !older.includes(login)).flatMap((login) => loginDiffers(login, desired)),
  ];
}

function loginDiffers({ name, validUntil, canLogin, state }: OurLogin, desired: Desired): readonly string[] {
  const endsDiffer = validUntil === null || Date.parse(validUntil) !== Date.parse(desired.validUntil);
  return [
    ...(state.attempt > 0 && endsDiffer ? [`the password of ${name} ends ${validUntil ?? "never"}`] : []),
    ...(canLogin && state.closedBy !== null ? [`${name} was closed and can sign in again`] : []),
  ];
}

interface Comparing {
  readonly cluster: Cluster;
  readonly calls: Calls;
  readonly desired: Desired;
  /** The role and its logins. */
  readonly names: readonly string[];
  readonly databases: readonly string[];
}

async function privilegesDiffer({ cluster, calls, desired, names, databases }: Comparing): Promise<readonly string[]> {
  const planned = databasesOf(desired);
  const found: string[] = [];
  for (const database of planned) {
    const own = desired.grants.filter((grant) => grant.database === database);
    const held = await cluster.read({ calls, name: "postgresql read grants", database }, (sql) => heldBy(sql, names));
    found.push(...differences(database, own, held));
  }
  const elsewhere = databases.filter((database) => !planned.includes(database));
  return [...found, ...elsewhere.map((database) => `privileges in ${database} are not in the plan`)];
}

/** The last step of provisioning and renewing: everything reads back as planned, or the intent stops visibly. */
export const verify = (cluster: Cluster): Step => ({
  run: async ({ intent, plan, calls }) => {
    const seen = await observe(cluster, intent, calls);
    if (seen.state === "not-ours") throw new Squatter(intent.name, seen.why);
    const wrong = seen.state !== "ours" ? ["it is gone"] : [...closedOrOpen(seen.enabled, plan), ...seen.differences];
    if (wrong.length > 0) throw new TargetFault("conflict", "differs", `It is not as planned: ${wrong.join("; ")}.`);
    return { facts: {}, evidence: "Roles, membership, end and privileges read back as planned." };
  },
});

const closedOrOpen = (enabled: boolean, { change }: Plan): readonly string[] =>
  change.staysSuspended === true ? (enabled ? ["it can sign in"] : []) : enabled ? [] : ["it cannot sign in"];

interface Found extends RoleRow {
  readonly logins: readonly { readonly name: string; readonly canLogin: boolean; readonly comment: string | null }[];
}

/** Every role that can sign in or carries a mark, except the system's and the portal's own; logins of a marked role are its credentials. */
export async function* discover(cluster: Cluster, calls: Calls): AsyncIterable<ObservedObject> {
  const found = await cluster.read({ calls, name: "postgresql list roles" }, async (sql) => {
    return sql<Found[]>`
      select r.oid::text as oid, r.rolname as name, r.rolcanlogin as "canLogin", false as mighty, null as "validUntil",
             shobj_description(r.oid, 'pg_authid') as comment,
             coalesce((select jsonb_agg(jsonb_build_object('name', m.rolname, 'canLogin', m.rolcanlogin,
                              'comment', shobj_description(m.oid, 'pg_authid')) order by m.rolname)
               from pg_auth_members a join pg_roles m on m.oid = a.member where a.roleid = r.oid), '[]') as logins
      from pg_roles r where r.rolname !~ '^pg_' and r.rolname <> current_user order by r.rolname`;
  });
  const credentials = new Set(found.flatMap((role) => loginsOf(role).map(({ name }) => name)));
  for (const role of found) {
    const mark = markOf(role.comment);
    if (credentials.has(role.name) || (mark === null && !role.canLogin)) continue;
    const logins = loginsOf(role);
    const own = role.canLogin ? [{ name: role.name, canLogin: true, comment: role.comment }] : logins;
    yield {
      kind: role.canLogin ? "login" : "role",
      name: role.name,
      externalId: role.oid,
      createdAt: null,
      mark,
      enabled: own.some(({ canLogin }) => canLogin),
      credentials: own.map(({ name, canLogin, comment }) => ({
        id: name,
        active: canLogin && loginStateOf(comment)?.closedBy == null,
        createdAt: null,
      })),
    };
  }
}

/** Logins that one intent made together with this role. */
function loginsOf({ comment, logins, canLogin }: Found): Found["logins"] {
  const intent = canLogin ? null : (markOf(comment)?.intent ?? null);
  return intent === null ? [] : logins.filter((login) => markOf(login.comment)?.intent === intent);
}
