import { Squatter, type Step, type StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { heldBy } from "../catalog.ts";
import type { Cluster, Transaction } from "../client.ts";
import { newLogin, roleComment } from "../comment.ts";
import { differences, grantStatements } from "../grants.ts";
import { objectsOf } from "../inventory.ts";
import { literal, quoted } from "../names.ts";
import { type Desired, desiredOf } from "../plan.ts";
import { absent, lock, makeLogin, readLogin, readOurs } from "../roles.ts";
import { dropGrants, dropRoles } from "./remove.ts";

/** Makes role and login in one transaction with their marks; neither can sign in. Roles that carry our mark are taken over as they are. */
export const createRoles = (cluster: Cluster): Step => ({
  run: async (work) => {
    const desired = desiredOf(work.plan);
    const oids = await cluster.change({ calls: work.calls, name: "postgresql create roles" }, async (sql) => {
      await lock(sql, desired.role);
      return { role: await makeRole(sql, work, desired), login: await firstLogin(sql, work, desired) };
    });
    return {
      facts: { roleOid: oids.role, loginOid: oids.login, role: desired.role, login: desired.login },
      evidence: `${desired.role} and ${desired.login} are there, marked, and cannot sign in.`,
      objects: objectsOf(desired.role, oids.role, [{ name: desired.login, oid: oids.login, state: "powerless" }]),
    };
  },
  undo: async (work) => {
    await dropGrants(cluster, work);
    await dropRoles(cluster, work, "before it was opened");
  },
});

async function makeRole(sql: Transaction, { intent }: StepWork, { role, labels }: Desired): Promise<string> {
  const there = await readOurs(sql, role, intent);
  if (there?.canLogin) throw new Squatter(role, "the role can sign in, which the plan does not say");
  if (there !== null) return there.oid;
  await sql.unsafe(`CREATE ROLE ${quoted(role)} NOLOGIN`);
  await sql.unsafe(`COMMENT ON ROLE ${quoted(role)} IS ${literal(roleComment(intent.mark, labels))}`);
  return (await readOurs(sql, role, intent))?.oid ?? "";
}

async function firstLogin(sql: Transaction, { intent }: StepWork, { role, login }: Desired): Promise<string> {
  const there = await readLogin(sql, login, intent);
  if (there !== null && there.state.closedBy !== null) throw closed(login);
  if (there !== null) return there.oid;
  await makeLogin(sql, intent, { role, login, state: newLogin });
  return (await readLogin(sql, login, intent))?.oid ?? "";
}

export const closed = (login: string): TargetFault =>
  new TargetFault("conflict", "closed", `${login} was closed by a later request.`);

/** Grants what the plan says, one transaction a database, and reads it back in the same one: PostgreSQL only warns when it granted nothing. */
export const grant = (cluster: Cluster): Step => ({
  run: async (work) => {
    const desired = desiredOf(work.plan);
    for (const database of databasesOf(desired)) await grantIn(cluster, work, { desired, database });
    return { facts: {}, evidence: `The privileges in ${databasesOf(desired).join(", ")} read back as planned.` };
  },
  undo: async (work) => {
    await dropGrants(cluster, work);
  },
});

export const databasesOf = ({ grants }: Desired): readonly string[] => [
  ...new Set(grants.map(({ database }) => database)),
];

async function grantIn(
  cluster: Cluster,
  work: StepWork,
  { desired, database }: { desired: Desired; database: string },
): Promise<void> {
  const own = desired.grants.filter((one) => one.database === database);
  await cluster.change({ calls: work.calls, name: "postgresql grant", database }, async (sql) => {
    await lock(sql, desired.role);
    if ((await readOurs(sql, desired.role, work.intent)) === null) throw absent(desired.role);
    for (const statement of grantStatements(desired.role, database, own)) await sql.unsafe(statement);
    const [wrong] = differences(database, own, await heldBy(sql, [desired.role, desired.login]));
    if (wrong !== undefined)
      throw new TargetFault("denied", "not-granted", `The portal's role could not grant everything: ${wrong}.`);
  });
}
