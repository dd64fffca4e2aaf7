import type { Step, StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Cluster, Transaction } from "../client.ts";
import { loginComment } from "../comment.ts";
import { literal, quoted } from "../names.ts";
import { type Desired, desiredOf } from "../plan.ts";
import { absent, lock, readLogin, readOurs } from "../roles.ts";
import { databasesOf } from "./create.ts";
import { dropOwned } from "./remove.ts";

/**
 * Before any password exists: disables, reads back, takes the privileges away and drops both roles, then rolls all of it
 * back. With privileges in several databases the role itself cannot be dropped in one transaction; its login still is.
 */
export const proveRemoval = (cluster: Cluster): Step => ({
  run: async (work) => {
    const desired = desiredOf(work.plan);
    const databases = databasesOf(desired);
    for (const database of databases) {
      await cluster.rehearse({ calls: work.calls, name: "postgresql rehearse removal", database }, async (sql) => {
        await lock(sql, desired.role);
        await rehearse(sql, work, { desired, database, alone: databases.length === 1 });
      });
    }
    const what =
      databases.length === 1 ? "Disabled and dropped" : "Disabled, stripped in each database, and its login dropped";
    return { facts: {}, evidence: `${what} in a transaction that was rolled back.` };
  },
});

interface Rehearsal {
  readonly desired: Desired;
  readonly database: string;
  readonly alone: boolean;
}

async function rehearse(sql: Transaction, work: StepWork, { desired, database, alone }: Rehearsal): Promise<void> {
  const { role, login } = desired;
  const before = await readLogin(sql, login, work.intent);
  if (before === null) throw absent(login);
  await sql.unsafe(`ALTER ROLE ${quoted(login)} NOLOGIN`);
  const closed = loginComment(work.intent.mark, { ...before.state, closedBy: work.intent.id, openedBy: null });
  await sql.unsafe(`COMMENT ON ROLE ${quoted(login)} IS ${literal(closed)}`);
  const after = await readLogin(sql, login, work.intent);
  await dropOwned(sql, [login, role], database);
  const gone = alone ? [login, role] : [login];
  await sql.unsafe(`DROP ROLE ${gone.map(quoted).join(", ")}`);
  const left = await Promise.all(gone.map((name) => readOurs(sql, name, work.intent)));
  if (after?.canLogin !== false || after.state.closedBy === null || left.some((row) => row !== null))
    throw new TargetFault("denied", "not-removable", "The portal's role cannot disable or remove what it made.");
}
