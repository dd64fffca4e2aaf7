import type { Tx } from "#db/client.ts";
import { countRemarks, insertComment, type NewComment } from "#db/store/claims.ts";
import { whyTooManyRemarks } from "#lib/domain/caps.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";

/** Adds a remark, at most as many an hour as the cap says; one said twice in a row is one. */
export async function addRemark(tx: Tx, row: NewComment): Promise<Outcome<null>> {
  const fresh = await insertComment(tx, row);
  return (fresh && whyTooManyRemarks(await countRemarks(tx, row))) || ok(null);
}
