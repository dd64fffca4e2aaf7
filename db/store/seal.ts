import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Checkpoint } from "#lib/audit/checkpoint.ts";
import { signedCheckpoint } from "#lib/audit/checkpoint.ts";
import type { Queries, Tx } from "../client.ts";

const places = z.array(z.object({ hash: z.string() }));
const tree = z.object({
  size: z.coerce.number(),
  root: z.string(),
  frontier: z.array(z.string()),
  epoch: z.number(),
  at: z.string(),
});

/** The tree as last signed, and the business clock (UTC, six decimals). Hashes are hex. */
export type SealedTree = z.infer<typeof tree>;

/**
 * Gives the next places in the tree to at most `most` entries that have none and returns their hashes in order. Locks the tree
 * until the transaction ends: empty when there is nothing to seal or another worker is sealing. `sealSign` must follow.
 */
export async function sealNext(tx: Tx, most: number): Promise<readonly string[]> {
  const rows = await tx.execute(sql`select encode(hash, 'hex') as hash from charter.seal_next(${most}) order by leaf`);
  return places.parse([...rows]).map((row) => row.hash);
}

export async function readTree(db: Queries): Promise<SealedTree> {
  const rows = await db.execute(sql`
    select size, root, frontier, epoch, to_char(charter.clock() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
    from charter.audit_tree where tenant = 'main'`);
  return tree.parse(rows[0]);
}

/** Whether any entry waits for its place. */
export async function awaitsSeal(db: Queries): Promise<boolean> {
  const rows = await db.execute(
    sql`select 1 from charter.audit_entries where tenant = 'main' and leaf is null limit 1`,
  );
  return rows.length > 0;
}

/**
 * Stores a signed checkpoint over what `sealNext` gave. Throws (23514) when it does not continue the last one: in the same epoch,
 * or in a raised one that names the tree it replaces.
 */
export async function sealSign(tx: Tx, checkpoint: Checkpoint, frontier: readonly string[]): Promise<void> {
  const roots = sql`array(select jsonb_array_elements_text(${JSON.stringify(frontier)}::jsonb))`;
  await tx.execute(sql`select charter.seal_sign(${JSON.stringify(checkpoint)}::jsonb, ${roots})`);
}

const columns = sql`size::float8 as size, root, previous, epoch, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
  key, raised, signature`;
const checkpointOf = (row: Record<string, unknown> | undefined): Checkpoint | null => {
  if (row === undefined) return null;
  const { raised, ...rest } = row;
  return signedCheckpoint.parse(raised === null ? rest : { ...rest, raised });
};

/** The newest checkpoint; null before the first. */
export async function readNewestCheckpoint(db: Queries): Promise<Checkpoint | null> {
  const rows = await db.execute(sql`
    select ${columns} from charter.audit_checkpoints where tenant = 'main' order by charter.audit_checkpoints.epoch desc, charter.audit_checkpoints.size desc limit 1`);
  return checkpointOf(rows[0]);
}

/** What the log holds at the place of an anchored checkpoint: the one of that size and epoch, and the one that ended its epoch. */
export async function readHeld(
  db: Queries,
  of: { readonly size: number; readonly epoch: number },
): Promise<{ readonly same: Checkpoint | null; readonly raise: Checkpoint | null }> {
  const same = await db.execute(sql`
    select ${columns} from charter.audit_checkpoints where tenant = 'main' and charter.audit_checkpoints.size = ${of.size} and epoch = ${of.epoch}`);
  const raise = await db.execute(sql`
    select ${columns} from charter.audit_checkpoints where tenant = 'main' and (raised ->> 'epoch')::int = ${of.epoch} limit 1`);
  return { same: checkpointOf(same[0]), raise: checkpointOf(raise[0]) };
}
