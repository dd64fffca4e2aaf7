import type { Queries } from "#db/client.ts";
import { readActiveBundle } from "#db/read/planning-facts.ts";
import { figuresOf } from "#lib/policy/engine.ts";

/** How many days before its end an identity's end is near, by policy; null while none is active. */
export async function readExpiringDays(db: Queries): Promise<number | null> {
  const bundle = await readActiveBundle(db);
  return bundle === null ? null : figuresOf(bundle).findings.expiringDays;
}
