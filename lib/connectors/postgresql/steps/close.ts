import type { Step, StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Cluster } from "../client.ts";
import { loginComment } from "../comment.ts";
import { literal, quoted } from "../names.ts";
import { desiredOf } from "../plan.ts";
import { borrow, giveBack, lock, readLogin } from "../roles.ts";
import { objectsOf } from "./create.ts";

/** Forbids signing in and says so in the comment, in one transaction; then ends the sessions that are already in. */
export const closeStep = (cluster: Cluster): Step => ({
  run: async (work) => {
    const desired = desiredOf(work.plan);
    const ended = await close(cluster, work);
    const oid = (key: string): string => (typeof work.facts[key] === "string" ? work.facts[key] : "");
    return {
      facts: {},
      evidence: `${desired.login} can no longer sign in; ${ended} session${ended === 1 ? "" : "s"} ended.`,
      objects: objectsOf(desired, { role: oid("roleOid"), login: oid("loginOid") }, "disabled"),
    };
  },
});

/** Closes the login and returns how many sessions were ended. Idempotent; a login that is gone is closed. */
export async function close(cluster: Cluster, work: StepWork): Promise<number> {
  const { role, login } = desiredOf(work.plan);
  const there = await cluster.change({ calls: work.calls, name: "postgresql close" }, async (sql) => {
    await lock(sql, role);
    const row = await readLogin(sql, login, work.intent);
    if (row === null) return false;
    await sql.unsafe(`ALTER ROLE ${quoted(login)} NOLOGIN`);
    const state = { ...row.state, closedBy: row.state.closedBy ?? work.intent.id, openedBy: null };
    await sql.unsafe(`COMMENT ON ROLE ${quoted(login)} IS ${literal(loginComment(work.intent.mark, state))}`);
    return true;
  });
  return there ? endSessions(cluster, work, login) : 0;
}

/** Waits in the server until each session is gone, so that closed means closed. */
async function endSessions(cluster: Cluster, work: StepWork, login: string): Promise<number> {
  return cluster.change({ calls: work.calls, name: "postgresql end sessions" }, async (sql) => {
    await borrow(sql, [login]);
    const ended = await sql<{ done: boolean }[]>`
      select pg_terminate_backend(pid, 3000) as done from pg_stat_activity
      where usesysid = (select oid from pg_roles where rolname = ${login})`;
    await giveBack(sql, [login]);
    if (ended.some(({ done }) => !done))
      throw new TargetFault("unavailable", "sessions-remain", `A session of ${login} has not ended yet.`);
    return ended.length;
  });
}
