import { databaseClock } from "#db/store/audit.ts";
import { areDebtsCounted, countDebts } from "#db/store/counters.ts";
import { refreshDebts } from "#db/store/debts.ts";
import type { Worker } from "../worker.ts";

/**
 * Keeps provisioning debt: which identities are outside the four answers or policy and since when, and the day's figures, both in
 * one transaction, so that a figure and its rows agree. The first pass of a day looks at every identity, later ones at those an
 * index points to; how many rows it wrote or took away.
 */
export async function keepDebt({ db, changed, log }: Pick<Worker, "db" | "changed" | "log">): Promise<number> {
  const at = await databaseClock(db);
  const whole = !(await areDebtsCounted(db, at));
  const moved = await db.transaction(async (tx) => {
    const rows = await refreshDebts(tx, { at, whole });
    await countDebts(tx, at);
    return rows;
  });
  if (whole) log.info("debt.reconciled", { moved });
  if (moved > 0) changed();
  return moved;
}
