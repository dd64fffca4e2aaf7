import { and, eq } from "drizzle-orm";
import type { Queries } from "../client.ts";
import { vaults } from "../schema/configuration.ts";

/** The published entry of this vault, none when no worker has published it. */
export const readVaultEntries = (db: Queries, name: string) =>
  db
    .select({ kind: vaults.kind, title: vaults.title, settings: vaults.settings })
    .from(vaults)
    .where(and(eq(vaults.tenant, "main"), eq(vaults.name, name)));
