import { readFirst } from "#db/read/inventory.ts";
import type { InventoryFilter } from "#db/read/inventory-filter.ts";
import { manyCap } from "#lib/domain/many.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import type { ClaimContext } from "../run.ts";

/** Enough of an identity to select it. */
export interface Selected {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
}

/** The first of those that fit a view, in its order, as many as go together at once. Reads, writes nothing. */
export async function matchMany(
  { db, actor }: ClaimContext,
  { filter }: { readonly filter: InventoryFilter },
): Promise<Outcome<readonly Selected[]>> {
  const rows = await readFirst(db, actor, { filter, most: manyCap });
  return ok(rows.map(({ id, name, environment }) => ({ id, name, environment })));
}
