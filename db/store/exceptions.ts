import { and, eq, isNull, sql } from "drizzle-orm";
import type { Tx } from "../client.ts";
import { exceptions } from "../schema/inventory.ts";

export type ExceptionRow = typeof exceptions.$inferSelect;

/** The exception that an identity carries as the register has it; locked until the transaction ends. Null when it carries none. */
export async function lockOpenException(tx: Tx, identity: string): Promise<ExceptionRow | null> {
  const [row] = await tx
    .select()
    .from(exceptions)
    .where(and(eq(exceptions.tenant, "main"), eq(exceptions.identity, identity), isNull(exceptions.closedAt)))
    .for("update");
  return row ?? null;
}

export const insertException = (tx: Tx, row: Omit<typeof exceptions.$inferInsert, "tenant" | "version">) =>
  tx.insert(exceptions).values(row);

/** Notes when an identity stopped carrying an exception; returns the row's new version. */
export async function closeException(tx: Tx, id: string, closedAt: Date): Promise<number> {
  const [row] = await tx
    .update(exceptions)
    .set({ closedAt, version: sql`${exceptions.version} + 1` })
    .where(and(eq(exceptions.tenant, "main"), eq(exceptions.id, id)))
    .returning({ version: exceptions.version });
  if (row === undefined) throw new Error("This exception is not recorded.");
  return row.version;
}
