import type { ClientChosenCredential } from "#lib/connectors/connector.ts";
import { Secret } from "#lib/domain/secret.ts";
import type { Cluster } from "./client.ts";
import { carries, loginComment, loginStateOf } from "./comment.ts";
import { literal, quoted } from "./names.ts";
import { desiredOf } from "./plan.ts";
import { lock, readRole } from "./roles.ts";
import { newPassword, scramVerifier } from "./scram.ts";
import { databasesOf } from "./steps/create.ts";

/** The primitives of CORE 4: the login's comment is the fence. Nothing derived from a password is kept or returned. */
export const credentialOf = (cluster: Cluster): ClientChosenCredential => ({
  protocol: "client-chosen",
  make: ({ plan }) => {
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
  },
  /** Under the lock, so that an older transaction of which we had no answer has ended one way or the other. */
  read: ({ plan, intent, calls }) => {
    const { role, login } = desiredOf(plan);
    return cluster.change({ calls, name: "postgresql read attempt" }, async (sql) => {
      await lock(sql, role);
      const row = await readRole(sql, login);
      if (row === null) return "absent";
      const state = loginStateOf(row.comment);
      if (!carries(row.comment, intent.mark) || state === null) return "not-ours";
      return state.closedBy === null ? { attempt: state.attempt } : "closed";
    });
  },
  set: ({ plan, intent, calls }, attempt, secret) => {
    const { role, login, validUntil } = desiredOf(plan);
    const verifier = secret.pour(({ password = "" }) => scramVerifier(password));
    return cluster.change({ calls, name: "postgresql set password" }, async (sql) => {
      await lock(sql, role);
      const row = await readRole(sql, login);
      const state = row !== null && carries(row.comment, intent.mark) ? loginStateOf(row.comment) : null;
      if (state === null || state.closedBy !== null || state.attempt >= attempt) return "fenced";
      await sql.unsafe(`ALTER ROLE ${quoted(login)} PASSWORD ${literal(verifier)} VALID UNTIL ${literal(validUntil)}`);
      await sql.unsafe(
        `COMMENT ON ROLE ${quoted(login)} IS ${literal(loginComment(intent.mark, { ...state, attempt }))}`,
      );
      return "set";
    });
  },
});
