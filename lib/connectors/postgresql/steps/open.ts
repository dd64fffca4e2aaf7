import { z } from "zod";
import { Squatter, type Step, type StepDone, type StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Json, JsonObject } from "#lib/domain/json.ts";
import type { Cluster, Transaction } from "../client.ts";
import { objectsOf } from "../inventory.ts";
import { literal, quoted } from "../names.ts";
import { observe } from "../observe.ts";
import { type Desired, desiredOf } from "../plan.ts";
import { absent, lock, type OurLogin, readLogin, readLogins, writeState } from "../roles.ts";
import { close } from "./close.ts";
import { closed } from "./create.ts";

const issued = z.object({ credential: z.object({ phase: z.literal("set"), attempt: z.number().int().positive() }) });

/** The attempt whose password the vault holds, as the issue step committed it; null before that. */
function attemptOf(facts: JsonObject): number | null {
  const parsed = issued.safeParse(facts);
  return parsed.success ? parsed.data.credential.attempt : null;
}

/** Gives LOGIN, last: only to a login whose comment names the very attempt whose password lies in the vault. */
export const open = (cluster: Cluster): Step => ({
  run: async (work) => {
    const desired = desiredOf(work.plan);
    const attempt = attemptOf(work.facts);
    if (attempt === null) throw new TypeError("No password was recorded as set.");
    await mustBeAsPlanned(cluster, work);
    const login = await cluster.change({ calls: work.calls, name: "postgresql open" }, async (sql) => {
      await lock(sql, desired.role);
      const row = await readLogin(sql, desired.login, work.intent);
      if (row === null) throw absent(desired.login);
      if (row.state.closedBy !== null) throw closed(row.name);
      if (row.state.attempt !== attempt) throw fenced(row.name);
      await sql.unsafe(`ALTER ROLE ${quoted(row.name)} LOGIN`);
      return row;
    });
    return opened(work, [login], `${desired.login} may sign in with the stored password.`);
  },
  undo: async (work) => {
    await close(cluster, work);
  },
});

/** Power is given only to what still is exactly what was approved. */
async function mustBeAsPlanned(cluster: Cluster, { intent, calls }: StepWork): Promise<void> {
  const seen = await observe(cluster, intent, calls);
  if (seen.state === "absent") throw absent(intent.name);
  if (seen.state === "not-ours") throw new Squatter(intent.name, seen.why);
  if (seen.state === "ours" && seen.differences.length > 0)
    throw new Squatter(intent.name, `it was changed before it was opened: ${seen.differences.join("; ")}`);
}

const fenced = (login: string): TargetFault =>
  new TargetFault("conflict", "fenced", `${login} holds another password than the vault.`);

function opened(work: StepWork, logins: readonly OurLogin[], evidence: string): StepDone {
  const { roleOid } = work.facts;
  const live = logins.map(({ name, oid }) => ({ name, oid, state: "live" as const }));
  const { role } = desiredOf(work.plan);
  return { facts: {}, evidence, objects: objectsOf(role, typeof roleOid === "string" ? roleOid : "", live) };
}

/**
 * The logins whose passwords are recorded: the planned one, and before it those that a rotation replaces and has not ended yet.
 * Others are never opened: nobody knows their password.
 */
async function recorded(sql: Transaction, work: StepWork, desired: Desired): Promise<readonly OurLogin[]> {
  const { keys } = work.facts;
  const older = Array.isArray(keys) ? keys : [];
  const logins = (await readLogins(sql, desired, work.intent)).filter(({ name }) => {
    return name === desired.login || older.includes(name);
  });
  if (logins.at(-1)?.name !== desired.login) throw absent(desired.login);
  return logins.filter(({ name, state }) => name === desired.login || !state.replaced);
}

/**
 * Moves the end of the passwords. A login that a retirement or a suspension closed is opened again, but only from the very
 * closing that was seen and committed first: one that came later stands. What stays suspended stays closed.
 */
export const extend = (cluster: Cluster): Step => ({
  run: async (work) => {
    const desired = desiredOf(work.plan);
    if (work.plan.change.staysSuspended === true) return extendClosed(cluster, work, desired);
    const reopens = await closingsSeen(cluster, work, desired);
    const logins = await cluster.change({ calls: work.calls, name: "postgresql extend" }, async (sql) => {
      await lock(sql, desired.role);
      const found = await recorded(sql, work, desired);
      for (const row of found) await reopen(sql, work, { row, desired, reopens });
      return found;
    });
    const names = logins.map(({ name }) => name).join(" and ");
    return opened(work, logins, `${names} may sign in until ${desired.validUntil}.`);
  },
});

/** By login, which closing a renewal lifts; null: it was not closed. */
type Closings = Readonly<Record<string, string | null>>;

async function reopen(
  sql: Transaction,
  work: StepWork,
  { row, desired, reopens }: { readonly row: OurLogin; readonly desired: Desired; readonly reopens: Closings },
): Promise<void> {
  const { name, state } = row;
  const attempt = name === desired.login ? attemptOf(work.facts) : null;
  if (state.closedBy !== null && state.closedBy !== reopens[name]) throw closed(name);
  if (attempt !== null && state.attempt !== attempt) throw fenced(name);
  if (state.closedBy === null && !row.canLogin)
    throw new TargetFault("conflict", "not-open", `${name} was never opened.`);
  await sql.unsafe(`ALTER ROLE ${quoted(name)} LOGIN VALID UNTIL ${literal(desired.validUntil)}`);
  if (state.closedBy !== null)
    await writeState(sql, work.intent, { login: name, state: { ...state, closedBy: null, openedBy: work.intent.id } });
}

async function extendClosed(cluster: Cluster, work: StepWork, desired: Desired): Promise<StepDone> {
  const { validUntil } = desired;
  const names = await cluster.change({ calls: work.calls, name: "postgresql extend" }, async (sql) => {
    await lock(sql, desired.role);
    const logins = await recorded(sql, work, desired);
    for (const { name, state } of logins) {
      if (state.closedBy === null) throw new TargetFault("conflict", "not-closed", `${name} is not closed.`);
      await sql.unsafe(`ALTER ROLE ${quoted(name)} VALID UNTIL ${literal(validUntil)}`);
    }
    return logins.map(({ name }) => name).join(" and ");
  });
  return { facts: {}, evidence: `${names} stays closed; its password ends ${validUntil}.` };
}

/** Commits which closings this renewal lifts, before lifting them. */
async function closingsSeen(cluster: Cluster, work: StepWork, desired: Desired): Promise<Closings> {
  const { renewedBy, reopens } = work.facts;
  if (renewedBy === work.intent.id) return closingsOf(reopens, desired);
  const seen = await cluster.read({ calls: work.calls, name: "postgresql read login" }, async (sql) => {
    const logins = await recorded(sql, work, desired);
    return Object.fromEntries(logins.map(({ name, state }) => [name, state.closedBy]));
  });
  await work.checkpoint({ renewedBy: work.intent.id, reopens: seen });
  return seen;
}

/** As committed; earlier versions committed that of the one login. */
function closingsOf(kept: Json | undefined, { login }: Desired): Closings {
  if (typeof kept === "string") return { [login]: kept };
  const entries = Object.entries(typeof kept === "object" && kept !== null ? kept : {});
  return Object.fromEntries(entries.map(([name, by]) => [name, typeof by === "string" ? by : null]));
}
