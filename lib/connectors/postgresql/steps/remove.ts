import type { Step, StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { databasesNaming, heldBy, ownedBy } from "../catalog.ts";
import type { Cluster, Transaction } from "../client.ts";
import { loginsSeen } from "../inventory.ts";
import { quoted } from "../names.ts";
import { type Desired, desiredOf } from "../plan.ts";
import { borrow, giveBack, lock, type OurLogin, readLogins, readOurs } from "../roles.ts";

/** Takes the privileges back in every database that names the roles, planned or not. */
export const dropGrantsStep = (cluster: Cluster): Step => ({
  run: async (work) => {
    const databases = await dropGrants(cluster, work);
    return {
      facts: {},
      evidence: databases.length === 0 ? "It held no privileges any more." : `Taken back in ${databases.join(", ")}.`,
    };
  },
});

/** Drops logins and role; only what was closed is dropped. */
export const dropRolesStep = (cluster: Cluster): Step => ({
  run: async (work) => {
    await dropRoles(cluster, work, "once closed");
    const { role, login } = desiredOf(work.plan);
    const text = (key: string): string => (typeof work.facts[key] === "string" ? work.facts[key] : "");
    const logins = { [login]: text("loginOid"), ...loginOids(work.facts) };
    return {
      facts: {},
      evidence: `${[...Object.keys(logins), role].join(" and ")} are gone from the cluster.`,
      objects: [
        ...loginsSeen(Object.entries(logins).map(([name, oid]) => ({ name, oid, state: "removed" }))),
        { kind: "role", name: role, externalId: text("roleOid"), state: "removed" },
      ],
    };
  },
});

/** Logins that were closed, by name, as the step that did it committed them. */
export function loginOids({ loginOids: kept }: JsonObject): Readonly<Record<string, string>> {
  const entries = Object.entries(typeof kept === "object" && kept !== null ? kept : {});
  return Object.fromEntries(entries.flatMap(([name, oid]) => (typeof oid === "string" ? [[name, oid]] : [])));
}

/** Names of the logins and the role that are there and ours. Throws `Squatter` on a namesake. */
async function present(sql: Transaction, work: StepWork, desired: Desired): Promise<readonly string[]> {
  const logins = await readLogins(sql, desired, work.intent);
  const role = await readOurs(sql, desired.role, work.intent);
  return [...logins, ...(role === null ? [] : [role])].map(({ name }) => name);
}

export async function dropGrants(cluster: Cluster, work: StepWork): Promise<readonly string[]> {
  const desired = desiredOf(work.plan);
  const databases = await cluster.read({ calls: work.calls, name: "postgresql find grants" }, async (sql) => {
    const names = [desired.role, desired.login, ...(await present(sql, work, desired))];
    return databasesNaming(sql, [...new Set(names)]);
  });
  for (const database of databases) {
    await cluster.change({ calls: work.calls, name: "postgresql drop grants", database }, async (sql) => {
      await lock(sql, desired.role);
      const names = await present(sql, work, desired);
      await dropOwned(sql, names, database);
      await giveBack(sql, names);
      if ((await heldBy(sql, names.length === 0 ? [desired.role] : names)).length > 0) throw grantedByOthers(database);
    });
  }
  return databases;
}

/** PostgreSQL takes back only what the portal's role could have granted, and is silent about the rest. */
const grantedByOthers = (database: string): TargetFault =>
  new TargetFault(
    "conflict",
    "granted-by-others",
    `Others granted it privileges in ${database}; they must take them back there.`,
  );

/** DROP OWNED would destroy tables that the workload made: refused while there are any. */
export async function dropOwned(sql: Transaction, names: readonly string[], database: string): Promise<void> {
  if (names.length === 0) return;
  const owned = await ownedBy(sql, names);
  if (owned > 0)
    throw new TargetFault(
      "conflict",
      "owns-objects",
      `It owns ${owned} object${owned === 1 ? "" : "s"} in ${database}; give them to another role first.`,
    );
  await borrow(sql, names);
  await sql.unsafe(`DROP OWNED BY ${names.map(quoted).join(", ")}`);
}

/** Database privileges are shared objects: they are taken back where the roles are dropped. */
export async function dropRoles(
  cluster: Cluster,
  work: StepWork,
  when: "once closed" | "before it was opened",
): Promise<void> {
  const desired = desiredOf(work.plan);
  await cluster.change({ calls: work.calls, name: "postgresql drop roles" }, async (sql) => {
    await lock(sql, desired.role);
    mustBeClosed(await readLogins(sql, desired, work.intent), when);
    const names = await present(sql, work, desired);
    if (names.length === 0) return;
    await dropOwned(sql, names, cluster.settings.homeDatabase);
    await sql.unsafe(`DROP ROLE ${names.map(quoted).join(", ")}`);
  });
}

function mustBeClosed(logins: readonly OurLogin[], when: "once closed" | "before it was opened"): void {
  const open = logins.find(({ canLogin, state }) => canLogin || (when === "once closed" && state.closedBy === null));
  if (open !== undefined)
    throw new TargetFault("conflict", "open", `${open.name} can sign in; it must be closed before it is dropped.`);
}

/** Drops closed logins of an identity whose role stays. Those that are gone are dropped. */
export async function dropLogins(cluster: Cluster, work: StepWork, isMeant: (login: string) => boolean): Promise<void> {
  const desired = desiredOf(work.plan);
  const meantIn = async (sql: Transaction) =>
    (await readLogins(sql, desired, work.intent)).filter(({ name }) => isMeant(name));
  const { homeDatabase } = cluster.settings;
  const elsewhere = await cluster.read({ calls: work.calls, name: "postgresql find grants" }, async (sql) => {
    const names = (await meantIn(sql)).map(({ name }) => name);
    return names.length === 0 ? [] : databasesNaming(sql, names);
  });
  for (const database of elsewhere.filter((one) => one !== homeDatabase))
    await cluster.change({ calls: work.calls, name: "postgresql drop grants", database }, async (sql) => {
      await lock(sql, desired.role);
      const names = (await meantIn(sql)).map(({ name }) => name);
      await dropOwned(sql, names, database);
      await giveBack(sql, names);
    });
  await cluster.change({ calls: work.calls, name: "postgresql drop logins" }, async (sql) => {
    await lock(sql, desired.role);
    const logins = await meantIn(sql);
    mustBeClosed(logins, "once closed");
    if (logins.length === 0) return;
    const names = logins.map(({ name }) => name);
    await dropOwned(sql, names, homeDatabase);
    await sql.unsafe(`DROP ROLE ${names.map(quoted).join(", ")}`);
  });
}
