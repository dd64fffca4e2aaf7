import type { Step, StepWork } from "#lib/connectors/connector.ts";
import { formerPlan } from "#lib/connectors/former.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { callableByAll, databasesNaming, heldBy } from "../catalog.ts";
import type { Cluster } from "../client.ts";
import { type Desired, desiredOf } from "../plan.ts";
import { mending, regrant, whyNotRegranted } from "../regranting.ts";
import { absent, lock, readOurs } from "../roles.ts";
import { databasesOf } from "./create.ts";

/**
 * Changes the grants from what they were to what the plan says, one transaction a database; databases in which something is
 * only taken away come first. Repeating it changes nothing more; taken back, the former grants stand again.
 */
export const changeGrants = (cluster: Cluster): Step => ({
  run: async (work) => {
    const to = desiredOf(work.plan);
    const databases = await change(cluster, work, { from: desiredOf(formerPlan(work.plan)), to });
    const names = databases.map(({ database }) => database).join(", ");
    const open = databases.flatMap(({ database, callable }) => callable.map((one) => `${database}.${one}`));
    return { facts: {}, evidence: [`The privileges in ${names} read back as planned.`, ...stillOpen(open)].join(" ") };
  },
  undo: async (work) => {
    await change(cluster, work, { from: desiredOf(work.plan), to: desiredOf(formerPlan(work.plan)) });
  },
});

/**
 * Brings what is held to what the plan says, in every database that names the roles: what a change that was ended half done
 * has left. Without one it changes nothing; "every table" counts as held where any of it is.
 */
export const mendGrants = (cluster: Cluster): Step => ({
  run: async (work) => {
    const desired = desiredOf(work.plan);
    const { role, login } = desired;
    const named = await cluster.read({ calls: work.calls, name: "postgresql find grants" }, (sql) =>
      databasesNaming(sql, [role, login]),
    );
    for (const database of new Set([...named, ...databasesOf(desired)]))
      await cluster.change({ calls: work.calls, name: "postgresql mend grants", database }, async (sql) => {
        await lock(sql, role);
        if ((await readOurs(sql, role, work.intent)) === null) throw absent(role);
        const own = desired.grants.filter((one) => one.database === database);
        const held = await heldBy(sql, [role]);
        for (const statement of mending(role, database, { held, wanted: own })) await sql.unsafe(statement);
      });
    return { facts: {}, evidence: `The privileges of ${role} are those of the plan.` };
  },
});

/** What was taken away and is still held by everybody, the identity with them: the owner's to revoke. */
const stillOpen = (functions: readonly string[]): readonly string[] =>
  functions.length === 0
    ? []
    : [
        `It may still call ${functions.slice(0, 5).join(", ")}${functions.length > 5 ? ` and ${functions.length - 5} more` : ""}: PUBLIC may, until the owner of the function revokes that.`,
      ];

interface Changing {
  readonly from: Desired;
  readonly to: Desired;
}

async function change(cluster: Cluster, work: StepWork, { from, to }: Changing): Promise<readonly Changed[]> {
  const databases = [...new Set([...databasesOf(from), ...databasesOf(to)])];
  const within = ({ grants }: Desired, database: string) => grants.filter((one) => one.database === database);
  const changes = databases
    .map((database) => {
      const sides = { from: within(from, database), to: within(to, database) };
      return { database, wanted: sides.to, ...regrant(to.role, database, sides) };
    })
    .filter(({ statements }) => statements.length > 0)
    .toSorted((a, b) => Math.min(a.given.length, 1) - Math.min(b.given.length, 1));
  const changed: Changed[] = [];
  for (const one of changes)
    changed.push({ database: one.database, callable: await changeIn(cluster, work, { ...one, desired: to }) });
  return changed;
}

interface Changed {
  readonly database: string;
  /** Functions that it was taken EXECUTE on and that everybody may call. */
  readonly callable: readonly string[];
}

interface Database extends ReturnType<typeof regrant> {
  readonly database: string;
  readonly wanted: Desired["grants"];
  readonly desired: Desired;
}

/** PostgreSQL only warns when it took or gave nothing: what came of it is read back before it is committed. */
async function changeIn(
  cluster: Cluster,
  work: StepWork,
  { database, wanted, desired, ...regranted }: Database,
): Promise<readonly string[]> {
  const { role, login } = desired;
  return cluster.change({ calls: work.calls, name: "postgresql change grants", database }, async (sql) => {
    await lock(sql, role);
    if ((await readOurs(sql, role, work.intent)) === null) throw absent(role);
    for (const statement of regranted.statements) await sql.unsafe(statement);
    const { stays, missing } = whyNotRegranted(regranted, wanted, await heldBy(sql, [role, login]));
    if (stays !== null)
      throw new TargetFault(
        "conflict",
        "granted-by-others",
        `Others granted ${stays.privilege} on ${stays.schema}.${stays.name} in ${database}; they must take it back there.`,
      );
    if (missing !== null)
      throw new TargetFault(
        "denied",
        "not-granted",
        `The portal's role could not grant ${missing.privilege} on ${missing.schema}.${missing.name} in ${database}.`,
      );
    return callableByAll(
      sql,
      regranted.taken.filter(({ on }) => on === "function"),
    );
  });
}
