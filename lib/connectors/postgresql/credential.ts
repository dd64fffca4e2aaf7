import type { AttemptAt, BesideCredential, ClientChosenCredential, StepWork } from "#lib/connectors/connector.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { HeldAttempt } from "#lib/domain/provisioning/client-chosen-secret.ts";
import { replacedBy } from "#lib/domain/provisioning/rotation.ts";
import { Secret } from "#lib/domain/secret.ts";
import type { Cluster, Transaction } from "./client.ts";
import { carries, loginStateOf, newLogin } from "./comment.ts";
import { loginsSeen } from "./inventory.ts";
import { literal, loginName, loginNumber, quoted } from "./names.ts";
import { type Desired, desiredOf } from "./plan.ts";
import {
  absent,
  lock,
  makeLogin,
  type OurLogin,
  readLogin,
  readLogins,
  readOurs,
  readRole,
  writeState,
} from "./roles.ts";
import { newPassword, scramVerifier } from "./scram.ts";
import { close } from "./steps/close.ts";
import { closed, databasesOf } from "./steps/create.ts";
import { dropLogins } from "./steps/remove.ts";

/** The primitives of the client-chosen protocol: the login's comment is the fence. Nothing derived from a password is kept or returned. */
export const credentialOf = (cluster: Cluster): ClientChosenCredential => ({
  protocol: "client-chosen",
  id: ({ plan }, turn) => loginOf(plan, turn),
  make: ({ plan }, turn) => makeSecret(cluster, plan, turn),
  read: (work, turn) => readAttempt(cluster, work, turn),
  set: (work, at, secret) => {
    const verifier = secret.pour(({ password = "" }) => scramVerifier(password));
    return setPassword(cluster, work, { ...at, verifier });
  },
  beside: besideOf(cluster),
});

/** The login that takes a request's secret: the planned one, or that many after it. */
function loginOf(plan: Plan, turn: number): string {
  const { role, login } = desiredOf(plan);
  return turn === 0 ? login : loginName(role, (loginNumber(role, login) ?? 1) + turn);
}

function makeSecret(cluster: Cluster, plan: Plan, turn: number): Secret {
  const desired = desiredOf(plan);
  const { host, port, tls } = cluster.settings;
  return new Secret({
    username: loginOf(plan, turn),
    password: newPassword(),
    host,
    port: String(port),
    database: databasesOf(desired)[0] ?? "",
    sslmode: tls.mode === "off" ? "disable" : "verify-full",
  });
}

/** Under the lock, so that an older transaction of which we had no answer has ended one way or the other. */
function readAttempt(cluster: Cluster, { plan, intent, calls }: StepWork, turn: number): Promise<HeldAttempt> {
  return cluster.change({ calls, name: "postgresql read attempt" }, async (sql) => {
    await lock(sql, desiredOf(plan).role);
    const row = await readRole(sql, loginOf(plan, turn));
    if (row === null) return "absent";
    const state = loginStateOf(row.comment);
    if (!carries(row.comment, intent.mark) || state === null) return "not-ours";
    return state.closedBy === null ? { attempt: state.attempt } : "closed";
  });
}

type Setting = AttemptAt & { readonly verifier: string };

function setPassword(cluster: Cluster, work: StepWork, of: Setting): Promise<"set" | "fenced"> {
  const desired = desiredOf(work.plan);
  const login = loginOf(work.plan, of.turn);
  return cluster.change({ calls: work.calls, name: "postgresql set password" }, async (sql) => {
    await lock(sql, desired.role);
    const isThere = work.plan.kind !== "rotate" || (await madeBeside(sql, work, { desired, login }));
    const row = isThere ? await readRole(sql, login) : null;
    const state = row !== null && carries(row.comment, work.intent.mark) ? loginStateOf(row.comment) : null;
    if (state === null || state.closedBy !== null || state.attempt >= of.attempt) return "fenced";
    const until = literal(desired.validUntil);
    await sql.unsafe(`ALTER ROLE ${quoted(login)} PASSWORD ${literal(of.verifier)} VALID UNTIL ${until}`);
    await writeState(sql, work.intent, { login, state: { ...state, attempt: of.attempt } });
    return "set";
  });
}

interface Besides {
  readonly desired: Desired;
  readonly login: string;
}

/** Makes a rotation's login where there is none of its name, unless one after it was made already. */
async function madeBeside(sql: Transaction, work: StepWork, { desired, login }: Besides): Promise<boolean> {
  if ((await readOurs(sql, desired.role, work.intent)) === null) throw absent(desired.role);
  const logins = await openSiblings(sql, work, desired);
  if (logins.some(({ name }) => name === login) || (await readRole(sql, login)) !== null) return true;
  const last = Math.max(...logins.map(({ name }) => loginNumber(desired.role, name) ?? 0));
  if (last > (loginNumber(desired.role, login) ?? 0)) return false;
  await makeLogin(sql, work.intent, { role: desired.role, login, state: newLogin });
  return true;
}

/** The identity's logins; throws when one that is being replaced was closed, as a suspension or a retirement does. */
async function openSiblings(sql: Transaction, work: StepWork, desired: Desired): Promise<readonly OurLogin[]> {
  const logins = await readLogins(sql, desired, work.intent);
  const shut = logins.find(({ name, state }) => replacedBy(work.plan).includes(name) && state.closedBy !== null);
  if (shut !== undefined) throw closed(shut.name);
  return logins;
}

const besideOf = (cluster: Cluster): BesideCredential => ({
  enable: (work, at) => enable(cluster, work, at),
  probe: (work, secret) => {
    const { role } = desiredOf(work.plan);
    const as = secret.pour(({ username = "", password = "", database = "" }) => ({ username, password, database }));
    return cluster.accepts(
      { calls: work.calls, name: "postgresql try sign-in", database: as.database },
      { ...as, role },
    );
  },
  clear: async (work, turn) => {
    const kept = [...replacedBy(work.plan), loginOf(work.plan, turn)];
    const only = (login: string) => !kept.includes(login);
    await close(cluster, work, { only });
    await dropLogins(cluster, work, only);
  },
  recorded: async (work, turn) => {
    const login = loginOf(work.plan, turn);
    const row = await cluster.read({ calls: work.calls, name: "postgresql read login" }, (sql) =>
      readLogin(sql, login, work.intent),
    );
    if (row === null) throw absent(login);
    return {
      facts: { login, loginOid: row.oid },
      objects: loginsSeen([{ name: login, oid: row.oid, state: "live" }]),
    };
  },
});

/** Gives LOGIN to a rotation's login, whose comment must name this very attempt. */
function enable(cluster: Cluster, work: StepWork, { attempt, turn }: AttemptAt): Promise<"enabled" | "fenced"> {
  const desired = desiredOf(work.plan);
  const login = loginOf(work.plan, turn);
  return cluster.change({ calls: work.calls, name: "postgresql enable" }, async (sql) => {
    await lock(sql, desired.role);
    const own = (await openSiblings(sql, work, desired)).find(({ name }) => name === login);
    if (own === undefined || own.state.closedBy !== null || own.state.attempt !== attempt) return "fenced";
    await sql.unsafe(`ALTER ROLE ${quoted(login)} LOGIN`);
    return "enabled";
  });
}
