import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Tx } from "../client.ts";

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

export async function readTree(tx: Tx): Promise<SealedTree> {
  const rows = await tx.execute(sql`
    select size, root, frontier, epoch, to_char(charter.clock() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
    from charter.audit_tree where tenant = 'main'`);
  return tree.parse(rows[0]);
}

/** Stores a signed checkpoint over what `sealNext` gave. Throws (23514) when it does not continue the last one. */
export async function sealSign(tx: Tx, checkpoint: object, frontier: readonly string[]): Promise<void> {
  const roots = sql`array(select jsonb_array_elements_text(${JSON.stringify(frontier)}::jsonb))`;
  await tx.execute(sql`select charter.seal_sign(${JSON.stringify(checkpoint)}::jsonb, ${roots})`);
}
