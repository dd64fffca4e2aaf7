import { sql } from "drizzle-orm";
import type { Queries, Tx } from "#db/client.ts";
import type { Noun } from "#lib/audit/entry.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Refusal } from "#lib/domain/refusal.ts";

/** What `audit_append` is told of one change; order, channel, time and transaction are the database's. */
export interface EntryRow {
  readonly noun: Noun;
  readonly id: string;
  readonly version: number;
  readonly action: `${Noun}.${string}`;
  readonly detail: JsonObject;
  readonly evidence?: string;
}

/** Appends entries in this transaction (worker's role only). */
export async function appendEntries(
  tx: Tx,
  actor: { readonly id: string; readonly evidence: string },
  entries: readonly EntryRow[],
): Promise<void> {
  const rows = entries.map((entry) => ({ ...entry, actor: actor.id, evidence: entry.evidence ?? actor.evidence }));
  await tx.execute(sql`select charter.audit_append(${JSON.stringify(rows)}::jsonb)`);
}

interface Denied {
  readonly actor: string;
  readonly attempted: string;
  readonly refusals: readonly Refusal[];
  /** Ids of what it was attempted on, where that were several. */
  readonly of?: readonly string[];
}

/** A refused attempt, in either role's own word: a statement of its own, outside the transaction that was refused. */
export async function appendDenied(db: Queries, denied: Denied): Promise<void> {
  // An entry has 16 KiB in UTF-8; two hundred ids take half of it.
  const most = denied.of === undefined ? 20 : 8;
  const refusals = denied.refusals
    .slice(0, most)
    .map(({ code, sentence }) => ({ code, sentence: sentence.slice(0, 250) }));
  const detail = denied.of === undefined ? { refusals } : { of: denied.of, refusals };
  await db.execute(
    sql`select charter.append_denied(${denied.actor}, ${denied.attempted.slice(0, 120)}, ${JSON.stringify(detail)}::jsonb)`,
  );
}

/** The business clock that decides every deadline: the database's, with the demo's offset. */
export async function databaseClock(tx: Queries): Promise<Date> {
  const [row] = await tx.execute<{ now: string }>(sql`select charter.clock()::text as now`);
  if (row === undefined) throw new Error("The database's clock did not answer.");
  return new Date(row.now);
}
