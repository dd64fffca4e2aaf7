import { and, asc, desc, eq, gt, inArray, isNotNull, lt, ne, type SQL, sql } from "drizzle-orm";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Db, Queries, Tx } from "../client.ts";
import { gates, intents, type StepState, steps } from "../schema/progress.ts";

export type StepRow = typeof steps.$inferSelect;
export type IntentRow = typeof intents.$inferSelect;

/** How long a claim holds, and how long after it an unanswered call may still run; milliseconds. */
export interface LeaseTimes {
  readonly leaseMs: number;
  readonly callTimeoutMs: number;
}
const ms = (value: number) => sql`(${value}::double precision * interval '1 millisecond')`;

/** Not before its time, by the business clock; asked once for a statement. */
const due = sql`s.state in ('ready', 'ambiguous') and s.due_at <= (select charter.clock())`;
/** Claimed and never sent by a worker that is gone; one that is `sent` is not taken but made ambiguous first. */
const abandoned = (times: LeaseTimes) =>
  sql`s.state = 'claimed' and s.lease_until + ${ms(times.callTimeoutMs)} < (select clock_timestamp())`;
const tokens = sql`least(g.burst, g.tokens + g.rate * extract(epoch from clock_timestamp() - g.refilled_at))`;
/** Which work may be taken: of lane 0 alone, or of both. */
export type Lanes = "first" | "both";
/**
 * Which lanes each of these gates admits now, `first` lane 0 and `second` lane 1, which leaves a slot and the reserve to lane 0:
 * counted once for a statement, not for each step that waits.
 */
const rooms = (of: SQL, lanes: Lanes) => sql`
  room as materialized (
    select g.target, n.running < g.max_running and ${tokens} >= 1 as first,
      ${lanes === "both"}::boolean and n.running < g.max_running - 1 and ${tokens} >= 1 + g.reserve as second
    from charter.gates g cross join lateral (
      select count(*)::int as running from charter.steps r where r.tenant = 'main' and r.target = g.target
        and r.state in ('claimed', 'sent') and r.lease_until > clock_timestamp()) n
    where g.tenant = 'main' and ${of})`;

interface Taking {
  /** What is said of the step. */
  readonly what: SQL;
  readonly times: LeaseTimes;
  readonly lock?: SQL;
}
/** What a room lets be taken, an arm for each lane: a lane that is not admitted is not read, however much waits in it. */
const takeable = ({ what, times, lock = sql`` }: Taking) => {
  const arm = (lane: SQL, which: SQL) => sql`(select ${what} from charter.steps s
    where ${lane} and s.tenant = 'main' and s.target = room.target and ${which} limit 1 ${lock})`;
  const [first, second] = [sql`room.first and s.lane = 0`, sql`room.second and s.lane = 1`];
  return sql`coalesce(${arm(first, abandoned(times))}, ${arm(first, sql`${due} order by s.due_at`)},
    ${arm(second, abandoned(times))}, ${arm(second, sql`${due} order by s.due_at`)})`;
};

/**
 * Takes the next step under a lease, at READ COMMITTED: picks one open gate that looks able, counts again in a new statement
 * (the picking one may have seen other claims' snapshot), takes the step, debits the gate. Null when nothing can be taken now.
 */
export async function claimStep(
  db: Db,
  worker: string,
  { lanes = "both", ...times }: LeaseTimes & { readonly lanes?: Lanes },
): Promise<StepRow | null> {
  return db.transaction(
    async (tx) => {
      const picked = await tx.execute<{ target: string }>(sql`
        with ${rooms(sql`g.open`, lanes)}
        select g.target from charter.gates g join room on room.target = g.target
        where g.tenant = 'main' and g.open and ${takeable({ what: sql`true`, times })}
        order by random() limit 1 for update of g skip locked`);
      const target = picked[0]?.target;
      if (target === undefined) return null;
      const next = sql`(
        with ${rooms(sql`g.target = ${target}`, lanes)}
        select ${takeable({ what: sql`s.id`, times, lock: sql`for update of s skip locked` })} from room)`;
      const [step] = await tx
        .update(steps)
        .set({
          state: "claimed",
          fence: sql`${steps.fence} + 1`,
          worker,
          leaseUntil: sql`clock_timestamp() + ${ms(times.leaseMs)}`,
          startedAt: sql`coalesce(${steps.startedAt}, charter.clock())`,
        })
        .where(and(eq(steps.tenant, "main"), sql`${steps.id} = ${next}`))
        .returning();
      if (step === undefined) return null;
      await debit(tx, target, { lane: 0, most: sql`1`, settings: sql`null` });
      return step;
    },
    { isolationLevel: "read committed" },
  );
}

/** Whether an open gate admits a step that waits: one that `claimStep` did not take was in another worker's hand just then. */
export async function someStepWaits(db: Queries, times: LeaseTimes): Promise<boolean> {
  const rows = await db.execute(sql`
    with ${rooms(sql`g.open`, "both")} select 1 from room where ${takeable({ what: sql`true`, times })} limit 1`);
  return rows.length > 0;
}

/** What is taken from a gate at once. */
export interface Debiting {
  readonly lane: 0 | 1;
  /** Calls that wait to be made. */
  readonly asked: number;
  /** Calls that may follow within `keptMs`: paid for as well, but no more than the gate makes up for in that time. */
  readonly ahead: number;
  readonly keptMs: number;
  /** Longest that another's lock is waited for, so that no statement stays on its connection for a caller who has given it up. */
  readonly withinMs: number;
}

/**
 * Takes as many tokens from a gate as it holds above the reserve, which lane 0 may use too, at most those asked for and ahead: how many
 * it took; 0 when it must wait. A gate that is not there never waits. The disk is not waited for: a PostgreSQL that fails
 * within that second forgets some calls, and nothing else rests on it.
 */
export async function debitGateUpTo(
  db: Queries,
  target: string,
  { lane, asked, ahead, keptMs, withinMs }: Debiting,
): Promise<number> {
  const settings = sql`set_config('synchronous_commit', 'off', true)
    || set_config('lock_timeout', ${String(withinMs)}, true)`;
  const most = sql`${asked}::int + least(${ahead}::int, floor(g.rate * ${keptMs}::double precision / 1000))::int`;
  const taken = await debit(db, target, { lane, most, settings });
  if (taken > 0) return taken;
  const [gate] = await db
    .select({ target: gates.target })
    .from(gates)
    .where(and(eq(gates.tenant, "main"), eq(gates.target, target)));
  return gate === undefined ? asked : 0;
}

async function debit(
  db: Queries,
  target: string,
  { lane, most, settings }: { readonly lane: 0 | 1; readonly most: SQL; readonly settings: SQL },
): Promise<number> {
  const rows = await db.execute<{ taken: number }>(sql`
    with due as (
      select g.tenant, g.target, ${tokens} as held, least(${most}, floor(${tokens} - ${lane}::int * g.reserve)::int) as taken,
        ${settings} as settings
      from charter.gates g where g.tenant = 'main' and g.target = ${target} for update)
    update charter.gates g set tokens = due.held - due.taken, refilled_at = clock_timestamp()
    from due where g.tenant = due.tenant and g.target = due.target and due.taken > 0 returning due.taken`);
  return rows[0]?.taken ?? 0;
}

/** Whether a statement ended because another's lock lasted longer than it waits. */
export const isLocked = (error: unknown): boolean =>
  error instanceof Error && (("code" in error && error.code === "55P03") || isLocked(error.cause));

/** Prolongs a lease that has not ended; false when it has, or another worker holds the step. */
export async function renewLease(
  db: Queries,
  of: { readonly step: string; readonly fence: number },
  leaseMs: number,
): Promise<boolean> {
  const rows = await db.execute(sql`
    update charter.steps set lease_until = clock_timestamp() + ${ms(leaseMs)}
    where tenant = 'main' and id = ${of.step}::uuid and fence = ${of.fence} and state in ('claimed', 'sent')
      and lease_until > clock_timestamp() returning 1`);
  return rows.length > 0;
}

/** A step that was sent under this fence and whose lease and call timeout have passed; null when there is none. */
export async function findExpiredSent(
  db: Queries,
  times: LeaseTimes,
): Promise<{ readonly step: string; readonly fence: number } | null> {
  const rows = await db.execute<{ step: string; fence: number }>(sql`
    select s.id as step, s.fence from charter.steps s where s.tenant = 'main' and s.state = 'sent'
      and s.lease_until + ${ms(times.callTimeoutMs)} < clock_timestamp()
    order by s.lease_until limit 1 for update skip locked`);
  return rows[0] ?? null;
}

export async function readStep(db: Queries, id: string): Promise<StepRow | null> {
  const [row] = await db
    .select()
    .from(steps)
    .where(and(eq(steps.tenant, "main"), eq(steps.id, id)));
  return row ?? null;
}

export async function lockStep(tx: Tx, id: string): Promise<StepRow | null> {
  const [row] = await tx
    .select()
    .from(steps)
    .where(and(eq(steps.tenant, "main"), eq(steps.id, id)))
    .for("update");
  return row ?? null;
}

/** The step of an intent that is stuck, locked, whether it waits or runs just now; null when none is. */
export async function lockStuckStep(tx: Tx, intent: string): Promise<StepRow | null> {
  const open = inArray(steps.state, ["ready", "claimed", "sent", "ambiguous"]);
  const [row] = await tx
    .select()
    .from(steps)
    .where(and(ofIntent(intent), isNotNull(steps.stuckAt), open))
    .for("update");
  return row ?? null;
}

/** Locks a step's intent. Whoever moves steps of an intent locks the intent first, so that a cancellation and a commit never cross. */
export async function lockIntentOf(tx: Tx, step: string): Promise<IntentRow | null> {
  const its = tx
    .select({ intent: steps.intent })
    .from(steps)
    .where(and(eq(steps.tenant, "main"), eq(steps.id, step)));
  const [row] = await tx
    .select()
    .from(intents)
    .where(and(eq(intents.tenant, "main"), eq(intents.id, its)))
    .for("update");
  return row ?? null;
}

type StepChange = Partial<Omit<typeof steps.$inferInsert, "tenant" | "id" | "intent" | "version" | "dueAt">> & {
  /** Milliseconds from now, by the business clock. */
  readonly dueInMs?: number;
};

/** Changes a step that the caller has locked; returns its new version, which an audit entry must name. */
export async function changeStep(tx: Tx, id: string, change: StepChange): Promise<number> {
  const { dueInMs, ...columns } = change;
  const due = dueInMs === undefined ? {} : { dueAt: sql`charter.clock() + ${ms(dueInMs)}` };
  const [row] = await tx
    .update(steps)
    .set({ ...columns, ...due, version: sql`${steps.version} + 1` })
    .where(and(eq(steps.tenant, "main"), eq(steps.id, id)))
    .returning({ version: steps.version });
  if (row === undefined) throw new Error("This step is not recorded.");
  return row.version;
}

/** The step that follows within its intent: the lowest waiting one above `ordinal`. */
export const followingStep = (tx: Tx, intent: string, ordinal: number) =>
  first(tx, {
    where: and(ofIntent(intent), gt(steps.ordinal, ordinal), eq(steps.state, "waiting")),
    order: asc(steps.ordinal),
  });

/** The step to take back next: the highest finished one below `ordinal`. */
export const precedingDone = (tx: Tx, intent: string, ordinal: number) =>
  first(tx, {
    where: and(ofIntent(intent), lt(steps.ordinal, ordinal), eq(steps.state, "done")),
    order: desc(steps.ordinal),
  });

const ofIntent = (intent: string) => and(eq(steps.tenant, "main"), eq(steps.intent, intent));

async function first(
  tx: Tx,
  of: { readonly where: ReturnType<typeof and>; readonly order: ReturnType<typeof asc> },
): Promise<StepRow | null> {
  const [row] = await tx.select().from(steps).where(of.where).orderBy(of.order).limit(1);
  return row ?? null;
}

/** Makes a waiting step the one to run, at `dueAt` or now, by the business clock. */
export const readyStep = (tx: Tx, id: string, dueAt: Date | null) =>
  tx
    .update(steps)
    .set({ state: "ready", dueAt: dueAt ?? sql`charter.clock()` })
    .where(and(eq(steps.tenant, "main"), eq(steps.id, id)));

/** Makes a finished step the one to take back, now and in lane 0. */
export const readyUndo = (tx: Tx, id: string) =>
  tx
    .update(steps)
    .set({ state: "ready", undoing: true, lane: 0, attempts: 0, stuckAt: null, dueAt: sql`charter.clock()` })
    .where(and(eq(steps.tenant, "main"), eq(steps.id, id)));

/** Why an intent was taken back: what its last step to run was ended with. */
export async function reasonFor(tx: Tx, intent: string): Promise<string | null> {
  const [row] = await tx
    .select({ evidence: steps.evidence })
    .from(steps)
    .where(
      and(
        eq(steps.tenant, "main"),
        eq(steps.intent, intent),
        inArray(steps.state, ["failed", "undone"]),
        ne(steps.evidence, ""),
      ),
    )
    .orderBy(desc(steps.ordinal))
    .limit(1);
  return row?.evidence ?? null;
}

/** Whether any step of these kinds and states exists in an intent. */
export async function hasStep(
  tx: Queries,
  intent: string,
  of: { readonly kinds?: readonly string[]; readonly states: readonly StepState[] },
): Promise<boolean> {
  const rows = await tx
    .select({ id: steps.id })
    .from(steps)
    .where(
      and(
        eq(steps.tenant, "main"),
        eq(steps.intent, intent),
        inArray(steps.state, [...of.states]),
        of.kinds === undefined ? undefined : inArray(steps.kind, [...of.kinds]),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

/** Marks an intent as being taken back; returns its new version. */
export async function undoIntent(tx: Tx, id: string): Promise<number> {
  const [row] = await tx
    .update(intents)
    .set({ state: "undoing", version: sql`${intents.version} + 1` })
    .where(and(eq(intents.tenant, "main"), eq(intents.id, id)))
    .returning({ version: intents.version });
  if (row === undefined) throw new Error("This intent is not recorded.");
  return row.version;
}

/** Facts of an intent's steps in their order, `last` at the end, over those of the identity's earlier intents. */
export async function factsFor(
  db: Queries,
  of: { readonly intent: string; readonly identity: string; readonly last: string },
): Promise<JsonObject> {
  const rows = await db.execute<{ facts: JsonObject }>(sql`
    select facts from (
      select -1 as place, facts from charter.identities where tenant = 'main' and id = ${of.identity}::uuid
      union all
      select case when id = ${of.last}::uuid then 1000000 else ordinal end, facts from charter.steps
        where tenant = 'main' and intent = ${of.intent}::uuid) f order by place`);
  return Object.assign({}, ...rows.map((row) => row.facts));
}

/** Facts of every step that issued a credential of an identity, oldest first. */
export async function readIssueFacts(db: Queries, identity: string): Promise<readonly JsonObject[]> {
  const rows = await db
    .select({ facts: steps.facts })
    .from(steps)
    .innerJoin(intents, and(eq(intents.tenant, steps.tenant), eq(intents.id, steps.intent)))
    .where(and(eq(steps.tenant, "main"), eq(intents.identity, identity), eq(steps.kind, "issue")))
    .orderBy(asc(intents.createdAt));
  return rows.map(({ facts }) => facts);
}

/** The database's wall clock in milliseconds, by which windows at targets are counted. */
export async function wallClock(db: Queries): Promise<number> {
  const rows = await db.execute<{ ms: number }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::double precision as ms`,
  );
  const row = rows[0];
  if (row === undefined) throw new Error("The database's clock did not answer.");
  return row.ms;
}
