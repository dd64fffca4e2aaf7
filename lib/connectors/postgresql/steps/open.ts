import { z } from "zod";
import { Squatter, type Step, type StepDone, type StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Cluster, Transaction } from "../client.ts";
import { type LoginState, loginComment } from "../comment.ts";
import { literal, quoted } from "../names.ts";
import { observe } from "../observe.ts";
import { type Desired, desiredOf } from "../plan.ts";
import { absent, lock, type OurLogin, readLogin } from "../roles.ts";
import { close } from "./close.ts";
import { closed, objectsOf } from "./create.ts";

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
    await cluster.change({ calls: work.calls, name: "postgresql open" }, async (sql) => {
      await lock(sql, desired.role);
      const { state } = await present(sql, work, desired);
      if (state.closedBy !== null) throw closed(desired.login);
      if (state.attempt !== attempt) throw fenced(desired.login);
      await sql.unsafe(`ALTER ROLE ${quoted(desired.login)} LOGIN`);
    });
    return opened(desired, work, `${desired.login} may sign in with the stored password.`);
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

async function present(sql: Transaction, work: StepWork, { login }: Desired): Promise<OurLogin> {
  const row = await readLogin(sql, login, work.intent);
  if (row === null) throw absent(login);
  return row;
}

function opened(desired: Desired, { facts }: StepWork, evidence: string): StepDone {
  const oid = (key: string): string => (typeof facts[key] === "string" ? facts[key] : "");
  return { facts: {}, evidence, objects: objectsOf(desired, { role: oid("roleOid"), login: oid("loginOid") }, "live") };
}

/**
 * Moves the end of the password. A login that a retirement or a suspension closed is opened again, but only from the very
 * closing that was seen and committed first: one that came later stands. What stays suspended stays closed.
 */
export const extend = (cluster: Cluster): Step => ({
  run: async (work) => {
    const desired = desiredOf(work.plan);
    if (work.plan.change.staysSuspended === true) return extendClosed(cluster, work, desired);
    const reopens = await closingSeen(cluster, work, desired);
    await cluster.change({ calls: work.calls, name: "postgresql extend" }, async (sql) => {
      await lock(sql, desired.role);
      const row = await present(sql, work, desired);
      const attempt = attemptOf(work.facts);
      if (row.state.closedBy !== null && row.state.closedBy !== reopens) throw closed(desired.login);
      if (attempt !== null && row.state.attempt !== attempt) throw fenced(desired.login);
      if (row.state.closedBy === null && !row.canLogin)
        throw new TargetFault("conflict", "not-open", `${desired.login} was never opened.`);
      await sql.unsafe(`ALTER ROLE ${quoted(desired.login)} LOGIN VALID UNTIL ${literal(desired.validUntil)}`);
      if (row.state.closedBy !== null)
        await mark(sql, work, { ...row.state, closedBy: null, openedBy: work.intent.id });
    });
    return opened(desired, work, `${desired.login} may sign in until ${desired.validUntil}.`);
  },
});

async function extendClosed(cluster: Cluster, work: StepWork, desired: Desired): Promise<StepDone> {
  const { login, validUntil } = desired;
  await cluster.change({ calls: work.calls, name: "postgresql extend" }, async (sql) => {
    await lock(sql, desired.role);
    const { state } = await present(sql, work, desired);
    if (state.closedBy === null) throw new TargetFault("conflict", "not-closed", `${login} is not closed.`);
    await sql.unsafe(`ALTER ROLE ${quoted(login)} VALID UNTIL ${literal(validUntil)}`);
  });
  return { facts: {}, evidence: `${login} stays closed; its password ends ${validUntil}.` };
}

/** Commits which closing this renewal lifts, before lifting it. */
async function closingSeen(cluster: Cluster, work: StepWork, desired: Desired): Promise<string | null> {
  if (work.facts.renewedBy === work.intent.id)
    return typeof work.facts.reopens === "string" ? work.facts.reopens : null;
  const { state } = await cluster.read({ calls: work.calls, name: "postgresql read login" }, (sql) =>
    present(sql, work, desired),
  );
  await work.checkpoint({ renewedBy: work.intent.id, reopens: state.closedBy });
  return state.closedBy;
}

async function mark(sql: Transaction, work: StepWork, state: LoginState): Promise<void> {
  const { login } = desiredOf(work.plan);
  await sql.unsafe(`COMMENT ON ROLE ${quoted(login)} IS ${literal(loginComment(work.intent.mark, state))}`);
}
