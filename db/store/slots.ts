import { and, eq, sql } from "drizzle-orm";
import type { Db, Queries, Tx } from "../client.ts";
import { slots, vaultLogs } from "../schema/uses.ts";

export interface SlotSeenAt {
  readonly identity: string;
  readonly vault: string;
  readonly version: number;
  readonly writtenAt: Date;
  readonly at: Date;
}

/** Keeps what metadata showed of an identity's slot. */
export const keepSlot = (db: Db, { at, ...seen }: SlotSeenAt) =>
  db
    .insert(slots)
    .values({ ...seen, observedAt: at })
    .onConflictDoUpdate({ target: [slots.tenant, slots.identity], set: { ...seen, observedAt: at } });

export type VaultLog = Omit<typeof vaultLogs.$inferSelect, "tenant">;

export async function readVaultLog(db: Queries, vault: string): Promise<VaultLog | null> {
  const [row] = await db
    .select()
    .from(vaultLogs)
    .where(and(eq(vaultLogs.tenant, "main"), eq(vaultLogs.vault, vault)));
  return row ?? null;
}

/** Newest read of one path, as the vault's log names it: `kv/data/payments/prod/x`. */
export interface PathRead {
  readonly path: string;
  readonly at: Date;
}

/** Keeps how far a log was read, and the newest reads of paths that are an identity's; of any other nothing is kept. */
export async function keepReads(tx: Tx, log: VaultLog, reads: readonly PathRead[]): Promise<void> {
  const { vault, ...rest } = log;
  await tx
    .insert(vaultLogs)
    .values(log)
    .onConflictDoUpdate({ target: [vaultLogs.tenant, vaultLogs.vault], set: rest });
  if (reads.length === 0) return;
  await tx.execute(sql`
    insert into charter.slots (tenant, identity, vault, read_at)
    select 'main', c.identity, ${vault}, max(r.at)
    from jsonb_to_recordset(${JSON.stringify(reads)}::jsonb) as r (path text, at timestamptz)
    join charter.credentials c on c.tenant = 'main' and c.vault = ${vault} and c.state = 'active' and c.mount || '/data/' || c.path = r.path
    group by c.identity
    on conflict (tenant, identity) do update set read_at = greatest(charter.slots.read_at, excluded.read_at), vault = excluded.vault`);
}
