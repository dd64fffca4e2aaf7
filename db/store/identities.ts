import { and, asc, eq, isNull, lte, ne, notExists, sql } from "drizzle-orm";
import { afterEvent, type LifeEvent } from "#lib/domain/lifecycle.ts";
import type { Queries, Tx } from "../client.ts";
import { requests } from "../schema/claims.ts";
import { credentials, identities, objects } from "../schema/inventory.ts";

export type IdentityRow = typeof identities.$inferSelect;
export type NewIdentity = Omit<typeof identities.$inferInsert, "tenant" | "version">;

export async function readIdentity(db: Queries, id: string): Promise<IdentityRow | null> {
  const [row] = await db
    .select()
    .from(identities)
    .where(and(eq(identities.tenant, "main"), eq(identities.id, id)));
  return row ?? null;
}

/** An identity, locked until the transaction ends: what changes it waits here. */
export async function lockIdentity(tx: Tx, id: string): Promise<IdentityRow | null> {
  const [row] = await tx
    .select()
    .from(identities)
    .where(and(eq(identities.tenant, "main"), eq(identities.id, id)))
    .for("update");
  return row ?? null;
}

/** How many identities that are not gone this person owns, backs up or ends. */
export async function countBehind(db: Queries, person: string): Promise<number> {
  const [row] = await db.execute<{ n: number }>(sql`
    select count(*)::int as n from charter.identities where tenant = 'main' and state not in ('retired', 'failed')
      and ${person}::uuid in (owner, backup_person, ends_it)`);
  return row?.n ?? 0;
}

/** Writes the person a login has become wherever the person it was owns, backs up or ends an identity; what changed. */
export const repoint = (tx: Tx, from: string, to: string) =>
  tx.execute<{ id: string; version: number }>(sql`
    update charter.identities set version = version + 1,
      owner = case owner when ${from}::uuid then ${to}::uuid else owner end,
      backup_person = case backup_person when ${from}::uuid then ${to}::uuid else backup_person end,
      ends_it = case ends_it when ${from}::uuid then ${to}::uuid else ends_it end
    where tenant = 'main' and ${from}::uuid in (owner, backup_person, ends_it)
    returning id, version::int as version`);

export const insertIdentity = (tx: Tx, row: NewIdentity) => tx.insert(identities).values(row);

type IdentityChanges = Partial<Omit<NewIdentity, "id" | "state">>;

/** Changes what an identity is recorded as, its life aside; returns its new version. */
export const updateIdentity = (tx: Tx, id: string, changes: IdentityChanges): Promise<number> =>
  changeIdentity(tx, id, changes);

/**
 * Moves the life of an identity that the caller has locked; returns its new version. The one place that writes its state:
 * throws where the domain knows no such event in the state it is in.
 */
export async function moveIdentity(
  tx: Tx,
  identity: Pick<IdentityRow, "id" | "state">,
  { event, ...changes }: IdentityChanges & { readonly event: LifeEvent },
): Promise<number> {
  const after = afterEvent(identity.state, event);
  if ("refusals" in after) throw new Error(after.refusals[0].sentence);
  return changeIdentity(tx, identity.id, { ...changes, state: after.ok });
}

async function changeIdentity(tx: Tx, id: string, changes: Partial<Omit<NewIdentity, "id">>): Promise<number> {
  const [row] = await tx
    .update(identities)
    .set({ ...changes, version: sql`${identities.version} + 1` })
    .where(and(eq(identities.tenant, "main"), eq(identities.id, id)))
    .returning({ version: identities.version });
  if (row === undefined) throw new Error("This identity is not recorded.");
  return row.version;
}

export interface SavedObject {
  readonly identity: string;
  readonly intent: string;
  readonly kind: string;
  readonly name: string;
  readonly externalId: string;
  readonly state: "powerless" | "live" | "disabled" | "removed";
}
/** Records what an identity is on its target now; returns the row's id and version. `id` and `at` are used when it is new. */
export async function saveObject(tx: Tx, row: SavedObject & { readonly id: string; readonly at: Date }) {
  const { at, ...values } = row;
  const [saved] = await tx
    .insert(objects)
    .values({ ...values, madeAt: at, changedAt: at })
    .onConflictDoUpdate({
      target: [objects.tenant, objects.identity, objects.kind, objects.name],
      set: {
        externalId: values.externalId,
        state: values.state,
        intent: values.intent,
        changedAt: at,
        version: sql`${objects.version} + 1`,
      },
    })
    .returning({ id: objects.id, version: objects.version });
  if (saved === undefined) throw new Error("An object that was written comes back.");
  return saved;
}

/** Records that every object of an identity that is not removed is; returns those it moved. */
export const removeObjects = (tx: Tx, identity: string, at: Date) =>
  tx
    .update(objects)
    .set({ state: "removed", changedAt: at, version: sql`${objects.version} + 1` })
    .where(and(eq(objects.tenant, "main"), eq(objects.identity, identity), ne(objects.state, "removed")))
    .returning({ id: objects.id, version: objects.version });

export const readObjects = (db: Queries, identity: string) =>
  db
    .select()
    .from(objects)
    .where(and(eq(objects.tenant, "main"), eq(objects.identity, identity)))
    .orderBy(asc(objects.madeAt), asc(objects.id));

export interface SavedCredential {
  readonly identity: string;
  readonly intent: string;
  readonly externalId: string;
  readonly vault: string;
  readonly mount: string;
  readonly path: string;
  readonly vaultVersion: number;
  readonly endsAt: Date;
}
/** Records a credential's metadata as active; never the secret. Returns the row's id and version. */
export async function saveCredential(tx: Tx, row: SavedCredential & { readonly id: string; readonly at: Date }) {
  const { id, at, ...values } = row;
  const [saved] = await tx
    .insert(credentials)
    .values({ ...values, id, state: "active", issuedAt: at })
    .onConflictDoUpdate({
      target: [credentials.tenant, credentials.identity, credentials.externalId],
      set: { ...values, state: "active", version: sql`${credentials.version} + 1` },
    })
    .returning({ id: credentials.id, version: credentials.version });
  if (saved === undefined) throw new Error("A credential that was written comes back.");
  return saved;
}

/** Credentials of an identity that are not removed, oldest first. */
export const readHeldCredentials = (db: Queries, identity: string) =>
  db
    .select({ externalId: credentials.externalId, state: credentials.state, keptUntil: credentials.keptUntil })
    .from(credentials)
    .where(
      and(eq(credentials.tenant, "main"), eq(credentials.identity, identity), sql`${credentials.state} <> 'removed'`),
    )
    .orderBy(asc(credentials.issuedAt), asc(credentials.id));

export interface CredentialMove {
  readonly state?: "disabled" | "removed";
  readonly keptUntil?: Date;
}
/** Moves one credential of an identity; null when none of this id is left there. */
export async function moveCredential(
  tx: Tx,
  of: { readonly identity: string; readonly externalId: string },
  to: CredentialMove,
): Promise<{ readonly id: string; readonly version: number } | null> {
  const [row] = await tx
    .update(credentials)
    .set({ ...to, version: sql`${credentials.version} + 1` })
    .where(
      and(
        eq(credentials.tenant, "main"),
        eq(credentials.identity, of.identity),
        eq(credentials.externalId, of.externalId),
        sql`${credentials.state} <> 'removed'`,
      ),
    )
    .returning({ id: credentials.id, version: credentials.version });
  return row ?? null;
}

/** Moves every credential of an identity that is not removed; returns those it moved. */
export const moveCredentials = (
  tx: Tx,
  identity: string,
  to: { readonly state?: "active" | "disabled" | "removed"; readonly endsAt?: Date },
) =>
  tx
    .update(credentials)
    .set({ ...to, version: sql`${credentials.version} + 1` })
    .where(
      and(eq(credentials.tenant, "main"), eq(credentials.identity, identity), sql`${credentials.state} <> 'removed'`),
    )
    .returning({ id: credentials.id, version: credentials.version, state: credentials.state });

/** Live or suspended identities whose end has passed and whose retirement nobody has asked for, soonest end first. */
export const readEnded = (db: Queries, now: Date, limit: number) =>
  db
    .select({ id: identities.id, endsAt: identities.endsAt })
    .from(identities)
    .where(
      and(
        eq(identities.tenant, "main"),
        sql`${identities.state} in ('live', 'suspended')`,
        lte(identities.endsAt, now),
        isNull(identities.retiredAt),
        notExists(
          db
            .select({ one: sql`1` })
            .from(requests)
            .where(
              and(
                eq(requests.tenant, "main"),
                eq(requests.identity, identities.id),
                eq(requests.channel, "charter_worker"),
                sql`${requests.receivedAt} >= ${identities.endsAt}`,
              ),
            ),
        ),
      ),
    )
    .orderBy(identities.endsAt)
    .limit(limit);
