import { and, eq, sql } from "drizzle-orm";
import type { Json } from "#lib/domain/json.ts";
import type { Queries, Tx } from "../client.ts";
import { preferences } from "../schema/notices.ts";

interface Preference {
  readonly person: string;
  readonly name: string;
}

/** What a person has chosen under a name; null when nothing. */
export async function readPreference(db: Queries, { person, name }: Preference): Promise<Json> {
  const [row] = await db
    .select({ value: preferences.value })
    .from(preferences)
    .where(and(eq(preferences.tenant, "main"), eq(preferences.person, person), eq(preferences.name, name)));
  return row?.value ?? null;
}

/** Keeps a choice in place of the one before. */
export async function savePreference(tx: Tx, row: Preference & { readonly value: Json }): Promise<void> {
  const updatedAt = sql`clock_timestamp()`;
  await tx
    .insert(preferences)
    .values({ ...row, updatedAt })
    .onConflictDoUpdate({
      target: [preferences.tenant, preferences.person, preferences.name],
      set: { value: row.value, updatedAt },
    });
}
