import type { EndedCredential, Step, StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { replacedBy } from "#lib/domain/provisioning/rotation.ts";
import type { Cluster } from "../client.ts";
import { loginsSeen } from "../inventory.ts";
import { desiredOf } from "../plan.ts";
import { readLogins } from "../roles.ts";
import { close } from "./close.ts";
import { dropLogins, loginOids } from "./remove.ts";

const ended = (ids: readonly string[], state: EndedCredential["state"]): readonly EndedCredential[] =>
  ids.map((externalId) => ({ externalId, state }));

/** Closes the replaced login for good once the overlap has passed, and no other. */
export const disableOldLogin = (cluster: Cluster): Step => ({
  run: async (work) => {
    const old = replacedBy(work.plan);
    await mustHaveSuccessor(cluster, work, old);
    const { logins, ended: sessions } = await close(cluster, work, {
      only: (login) => old.includes(login),
      replaced: true,
    });
    return {
      facts: { loginOids: Object.fromEntries(logins.map(({ name, oid }) => [name, oid])) },
      evidence: `${old.join(", ")} can no longer sign in; ${sessions} session${sessions === 1 ? "" : "s"} ended.`,
      objects: loginsSeen(logins.map((login) => ({ ...login, state: "disabled" }))),
      ended: ended(old, "disabled"),
    };
  },
});

/** An older login is never ended while there is none to take its place. */
async function mustHaveSuccessor(cluster: Cluster, work: StepWork, old: readonly string[]): Promise<void> {
  const desired = desiredOf(work.plan);
  const logins = await cluster.read({ calls: work.calls, name: "postgresql read roles" }, (sql) =>
    readLogins(sql, desired, work.intent),
  );
  if (logins.every(({ name, state }) => old.includes(name) || state.attempt === 0))
    throw new TargetFault("conflict", "no-successor", `Nothing has taken the place of ${old.join(", ")} any more.`);
}

/** Drops the replaced login, and no other. */
export const dropOldLogin = (cluster: Cluster): Step => ({
  run: async (work) => {
    const old = replacedBy(work.plan);
    await dropLogins(cluster, work, (login) => old.includes(login));
    const oids = Object.entries(loginOids(work.facts)).filter(([name]) => old.includes(name));
    return {
      facts: { keys: [] },
      evidence: `${old.join(", ")} ${old.length === 1 ? "is" : "are"} gone from the cluster.`,
      objects: loginsSeen(oids.map(([name, oid]) => ({ name, oid, state: "removed" }))),
      ended: ended(old, "removed"),
    };
  },
});
