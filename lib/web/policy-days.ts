import type { Queries } from "#db/client.ts";
import { readActiveBundle, readActiveDigest } from "#db/read/planning-facts.ts";
import { figuresOf } from "#lib/policy/engine.ts";

/** Of the bundle that was read last: what its digest seals does not change, so that it need not be read for every page. */
let known: { readonly digest: string; readonly days: number } | null = null;

/** How many days before its end an identity's end is near, by policy; null while none is active. */
export async function readExpiringDays(db: Queries): Promise<number | null> {
  const digest = await readActiveDigest(db);
  if (digest === null) return null;
  if (known?.digest === digest) return known.days;
  const bundle = await readActiveBundle(db);
  if (bundle === null) return null;
  known = { digest: bundle.digest, days: figuresOf(bundle).findings.expiringDays };
  return known.days;
}
