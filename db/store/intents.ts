import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { RequestKind } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { Queries, Tx } from "../client.ts";
import { identities } from "../schema/inventory.ts";
import { intents, steps } from "../schema/progress.ts";

export type IntentRow = typeof intents.$inferSelect;
export type NewIntent = Omit<typeof intents.$inferInsert, "tenant" | "version">;
export const insertIntent = (tx: Tx, row: NewIntent) => tx.insert(intents).values(row);

export type NewStep = Omit<typeof steps.$inferInsert, "tenant" | "version" | "fence" | "attempts">;
/** The steps of a new intent; they are its own entry's matter, not audited one by one until they run. */
export const insertSteps = (tx: Tx, rows: readonly NewStep[]) => tx.insert(steps).values([...rows]);

export async function readIntent(db: Queries, id: string): Promise<IntentRow | null> {
  const [row] = await db
    .select()
    .from(intents)
    .where(and(eq(intents.tenant, "main"), eq(intents.id, id)));
  return row ?? null;
}

/** What a mark at a target must be that of. */
export type Marked = Pick<IntentRow, "id" | "target" | "state" | "planDigest"> & { readonly name: string };

/** Of the intents with these ids what a mark is compared with, by id; ids come from marks and may be anything. */
export async function readMarked(db: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, Marked>> {
  const asked = ids.filter((one) => uuid.test(one));
  if (asked.length === 0) return new Map();
  const rows = await db
    .select({
      id: intents.id,
      target: intents.target,
      state: intents.state,
      planDigest: intents.planDigest,
      name: sql<string>`${intents.plan} ->> 'name'`,
    })
    .from(intents)
    .where(and(eq(intents.tenant, "main"), inArray(intents.id, asked)));
  return new Map(rows.map((row) => [row.id, row]));
}
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The intent that made an identity's objects: its mark and plan are theirs for life. */
export async function readFoundingIntent(db: Queries, identity: string): Promise<IntentRow | null> {
  const [row] = await db
    .select()
    .from(intents)
    .where(and(eq(intents.tenant, "main"), eq(intents.identity, identity), eq(intents.kind, "provision")))
    .limit(1);
  return row ?? null;
}

/** A plan, and the request version that was released with it. */
export interface PresentPlan {
  readonly plan: Plan;
  readonly digest: string;
  readonly request: string;
  readonly version: number;
}

/**
 * The plan that an identity is held to: that of the request whose charter it has now. Requests that leave the charter as it
 * is (a rotation may end long after a change of access) are none. Null while its first request is not released.
 */
export async function readPresentPlan(db: Queries, identity: string): Promise<PresentPlan | null> {
  const [row] = await db
    .select({
      plan: intents.plan,
      digest: intents.planDigest,
      request: intents.request,
      version: intents.requestVersion,
    })
    .from(identities)
    .innerJoin(
      intents,
      and(
        eq(intents.tenant, identities.tenant),
        eq(intents.identity, identities.id),
        eq(intents.request, identities.charterRequest),
        eq(intents.requestVersion, identities.charterVersion),
      ),
    )
    .where(and(eq(identities.tenant, "main"), eq(identities.id, identity)))
    .limit(1);
  return row ?? null;
}

/** What an identity is held to: the intent that made its objects, and the plan of the charter it has now. */
export interface HeldTo {
  readonly founding: Pick<IntentRow, "id" | "kind" | "identity" | "target" | "planDigest" | "mark" | "markedAt">;
  readonly plan: Plan;
}

/** What each of these identities is held to, by its id; those that nothing made are left out. */
export async function readHeldTo(db: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, HeldTo>> {
  const present = alias(intents, "present");
  const rows = await db
    .select({
      founding: {
        id: intents.id,
        kind: intents.kind,
        identity: intents.identity,
        target: intents.target,
        planDigest: intents.planDigest,
        mark: intents.mark,
        markedAt: intents.markedAt,
      },
      plan: sql<Plan>`coalesce(${present.plan}, ${intents.plan})`,
    })
    .from(intents)
    .innerJoin(identities, and(eq(identities.tenant, intents.tenant), eq(identities.id, intents.identity)))
    .leftJoin(
      present,
      and(
        eq(present.tenant, intents.tenant),
        eq(present.identity, intents.identity),
        eq(present.request, identities.charterRequest),
        eq(present.requestVersion, identities.charterVersion),
      ),
    )
    .where(and(eq(intents.tenant, "main"), inArray(intents.identity, [...ids]), eq(intents.kind, "provision")));
  return new Map(rows.map((row) => [row.founding.identity, row]));
}

/** Intents on an identity that are not finished, oldest first, locked. */
export const lockOpenIntents = (tx: Tx, identity: string): Promise<IntentRow[]> =>
  tx
    .select()
    .from(intents)
    .where(
      and(eq(intents.tenant, "main"), eq(intents.identity, identity), inArray(intents.state, ["running", "undoing"])),
    )
    .orderBy(asc(intents.createdAt))
    .for("update");

/** Ends an intent; returns its new version. */
export async function finishIntentRow(
  tx: Tx,
  id: string,
  ended: { readonly state: "done" | "failed"; readonly finishedAt: Date },
): Promise<number> {
  const [row] = await tx
    .update(intents)
    .set({ ...ended, version: sql`${intents.version} + 1` })
    .where(and(eq(intents.tenant, "main"), eq(intents.id, id)))
    .returning({ version: intents.version });
  if (row === undefined) throw new Error("This intent is not recorded.");
  return row.version;
}

export interface IntentStep {
  readonly id: string;
  readonly ordinal: number;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly version: number;
  readonly facts: JsonObject;
}
export const readSteps = (db: Queries, intent: string): Promise<IntentStep[]> =>
  db
    .select({
      id: steps.id,
      ordinal: steps.ordinal,
      name: steps.name,
      kind: steps.kind,
      state: steps.state,
      version: steps.version,
      facts: steps.facts,
    })
    .from(steps)
    .where(and(eq(steps.tenant, "main"), eq(steps.intent, intent)))
    .orderBy(asc(steps.ordinal));

/** Takes back steps that have not begun; returns those it took, with their new versions. Steps that run keep running. */
export const cancelSteps = (tx: Tx, intent: string) =>
  tx
    .update(steps)
    .set({ state: "undone", finishedAt: sql`clock_timestamp()`, version: sql`${steps.version} + 1` })
    .where(and(eq(steps.tenant, "main"), eq(steps.intent, intent), inArray(steps.state, ["waiting", "ready"])))
    .returning({ id: steps.id, version: steps.version });

/**
 * Requests of these kinds released for a person on a target since a time. Holds the person's row until the transaction ends,
 * so that what is then committed is counted by whoever comes next.
 */
export async function countReleased(
  tx: Tx,
  of: {
    readonly kinds: readonly RequestKind[];
    readonly requester: string;
    readonly target: string;
    readonly since: Date;
  },
): Promise<number> {
  await tx.execute(sql`select 1 from charter.people where tenant = 'main' and id = ${of.requester}::uuid for update`);
  const [row] = await tx.execute<{ n: number }>(sql`
    select count(*)::int as n from charter.intents i
    join charter.requests r on r.tenant = i.tenant and r.id = i.request
    where i.tenant = 'main' and i.kind in ${[...of.kinds]} and i.target = ${of.target}
      and r.requester = ${of.requester}::uuid and i.created_at > ${of.since.toISOString()}::timestamptz`);
  return row?.n ?? 0;
}
