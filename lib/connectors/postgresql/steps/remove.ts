import type { Step, StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { databasesNaming, heldBy, ownedBy } from "../catalog.ts";
import type { Cluster, Transaction } from "../client.ts";
import { quoted } from "../names.ts";
import { type Desired, desiredOf } from "../plan.ts";
import { borrow, giveBack, lock, readLogin, readOurs } from "../roles.ts";

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

/** Drops login and role; only what was closed is dropped. */
export const dropRolesStep = (cluster: Cluster): Step => ({
  run: async (work) => {
    await dropRoles(cluster, work, "once closed");
    const { role, login } = desiredOf(work.plan);
    const text = (key: string): string => (typeof work.facts[key] === "string" ? work.facts[key] : "");
    return {
      facts: {},
      evidence: `${login} and ${role} are gone from the cluster.`,
      objects: [
        { kind: "login", name: login, externalId: text("loginOid"), state: "removed" },
        { kind: "role", name: role, externalId: text("roleOid"), state: "removed" },
      ],
    };
  },
});

/** Names of those of the two roles that are there and ours. Throws `Squatter` on a namesake. */
async function present(sql: Transaction, work: StepWork, { role, login }: Desired): Promise<readonly string[]> {
  const rows = [await readOurs(sql, login, work.intent), await readOurs(sql, role, work.intent)];
  return rows.flatMap((row) => (row === null ? [] : [row.name]));
}

export async function dropGrants(cluster: Cluster, work: StepWork): Promise<readonly string[]> {
  const desired = desiredOf(work.plan);
  const databases = await cluster.read({ calls: work.calls, name: "postgresql find grants" }, (sql) =>
    databasesNaming(sql, [desired.role, desired.login]),
  );
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
    const login = await readLogin(sql, desired.login, work.intent);
    const isSafe =
      login === null || (!login.canLogin && (when === "before it was opened" || login.state.closedBy !== null));
    if (!isSafe)
      throw new TargetFault(
        "conflict",
        "open",
        `${desired.login} can sign in; it must be closed before it is dropped.`,
      );
    const names = await present(sql, work, desired);
    if (names.length === 0) return;
    await dropOwned(sql, names, cluster.settings.homeDatabase);
    await sql.unsafe(`DROP ROLE ${names.map(quoted).join(", ")}`);
  });
}
