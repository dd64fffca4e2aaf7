import type { Step, StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Cluster } from "../client.ts";
import { objectsOf } from "../inventory.ts";
import { quoted } from "../names.ts";
import { desiredOf } from "../plan.ts";
import { borrow, giveBack, lock, readLogins, writeState } from "../roles.ts";

/** Forbids signing in and says so in the comment, in one transaction for all logins; then ends the sessions that are already in. */
export const closeStep = (cluster: Cluster): Step => ({
  run: async (work) => {
    const desired = desiredOf(work.plan);
    const { logins, ended } = await close(cluster, work);
    const oid = (key: string): string => (typeof work.facts[key] === "string" ? work.facts[key] : "");
    const closed = logins.length > 0 ? logins : [{ name: desired.login, oid: oid("loginOid") }];
    return {
      facts: { loginOids: Object.fromEntries(closed.map((login) => [login.name, login.oid])) },
      evidence: `${closed.map(({ name }) => name).join(" and ")} can no longer sign in; ${ended} session${ended === 1 ? "" : "s"} ended.`,
      objects: objectsOf(
        desired.role,
        oid("roleOid"),
        closed.map((login) => ({ ...login, state: "disabled" as const })),
      ),
    };
  },
});

interface Closing {
  /** Every login of the identity unless only some are meant. */
  only?(login: string): boolean;
  /** For good, because another took its place. */
  readonly replaced?: true;
}
interface Closed {
  readonly logins: readonly { readonly name: string; readonly oid: string }[];
  /** Sessions that were ended. */
  readonly ended: number;
}

/** Closes logins that are there. Idempotent; one that is gone is closed. */
export async function close(cluster: Cluster, work: StepWork, how: Closing = {}): Promise<Closed> {
  const desired = desiredOf(work.plan);
  const logins = await cluster.change({ calls: work.calls, name: "postgresql close" }, async (sql) => {
    await lock(sql, desired.role);
    const meant = (await readLogins(sql, desired, work.intent)).filter(({ name }) => how.only?.(name) ?? true);
    for (const { name, state } of meant) {
      const replaced = state.replaced || how.replaced === true;
      const by = replaced === state.replaced ? (state.closedBy ?? work.intent.id) : work.intent.id;
      await sql.unsafe(`ALTER ROLE ${quoted(name)} NOLOGIN`);
      await writeState(sql, work.intent, { login: name, state: { ...state, closedBy: by, openedBy: null, replaced } });
    }
    return meant.map(({ name, oid }) => ({ name, oid }));
  });
  const names = logins.map(({ name }) => name);
  return { logins, ended: names.length === 0 ? 0 : await endSessions(cluster, work, names) };
}

/** Waits in the server until each session is gone, so that closed means closed. */
async function endSessions(cluster: Cluster, work: StepWork, logins: readonly string[]): Promise<number> {
  return cluster.change({ calls: work.calls, name: "postgresql end sessions" }, async (sql) => {
    await borrow(sql, logins);
    const ended = await sql<{ done: boolean }[]>`
      select pg_terminate_backend(pid, 3000) as done from pg_stat_activity
      where usesysid in (select oid from pg_roles where rolname in ${sql([...logins])})`;
    await giveBack(sql, logins);
    if (ended.some(({ done }) => !done))
      throw new TargetFault("unavailable", "sessions-remain", `A session of ${logins.join(" or ")} has not ended yet.`);
    return ended.length;
  });
}
