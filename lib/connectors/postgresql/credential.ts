import type { ClientChosenCredential, StepWork } from "#lib/connectors/connector.ts";
import type { Plan } from "#lib/domain/plan.ts";
import { Secret } from "#lib/domain/secret.ts";
import type { Cluster } from "./client.ts";
import { carries, loginComment, loginStateOf } from "./comment.ts";
import { literal, quoted } from "./names.ts";
import { desiredOf } from "./plan.ts";
import { lock, readRole } from "./roles.ts";
import { newPassword, scramVerifier } from "./scram.ts";
import { databasesOf } from "./steps/create.ts";

/** The primitives of the client-chosen protocol: the login's comment is the fence. Nothing derived from a password is kept or returned. */
export const credentialOf = (cluster: Cluster): ClientChosenCredential => ({
  protocol: "client-chosen",
  id: ({ plan }) => desiredOf(plan).login,
  make: ({ plan }) => makeSecret(cluster, plan),
  read: (work) => readAttempt(cluster, work),
  set: (work, attempt, secret) => {
    const verifier = secret.pour(({ password = "" }) => scramVerifier(password));
    return setPassword(cluster, work, { attempt, verifier });
  },
});

function makeSecret(cluster: Cluster, plan: Plan): Secret {
  const desired = desiredOf(plan);
  const { host, port, tls } = cluster.settings;
  return new Secret({
    username: desired.login,
    password: newPassword(),
    host,
    port: String(port),
    database: databasesOf(desired)[0] ?? "",
    sslmode: tls.mode === "off" ? "disable" : "verify-full",
  });
}

/** Under the lock, so that an older transaction of which we had no answer has ended one way or the other. */
function readAttempt(cluster: Cluster, { plan, intent, calls }: StepWork) {
  const { role, login } = desiredOf(plan);
  return cluster.change({ calls, name: "postgresql read attempt" }, async (sql) => {
    await lock(sql, role);
    const row = await readRole(sql, login);
    if (row === null) return "absent";
    const state = loginStateOf(row.comment);
    if (!carries(row.comment, intent.mark) || state === null) return "not-ours";
    return state.closedBy === null ? { attempt: state.attempt } : "closed";
  });
}

function setPassword(cluster: Cluster, work: StepWork, of: { readonly attempt: number; readonly verifier: string }) {
  const { role, login, validUntil } = desiredOf(work.plan);
  const { mark } = work.intent;
  return cluster.change({ calls: work.calls, name: "postgresql set password" }, async (sql) => {
    await lock(sql, role);
    const row = await readRole(sql, login);
    const state = row !== null && carries(row.comment, mark) ? loginStateOf(row.comment) : null;
    if (state === null || state.closedBy !== null || state.attempt >= of.attempt) return "fenced";
    await sql.unsafe(`ALTER ROLE ${quoted(login)} PASSWORD ${literal(of.verifier)} VALID UNTIL ${literal(validUntil)}`);
    const comment = loginComment(mark, { ...state, attempt: of.attempt });
    await sql.unsafe(`COMMENT ON ROLE ${quoted(login)} IS ${literal(comment)}`);
    return "set";
  });
}
