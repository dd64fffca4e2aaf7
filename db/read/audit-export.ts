import type { Sql } from "../client.ts";

/** Receives the log in batches: all entries, then all checkpoints. */
export interface AuditSink {
  entries(rows: readonly Record<string, unknown>[]): Promise<void>;
  checkpoints(rows: readonly Record<string, unknown>[]): Promise<void>;
}

/**
 * The whole log of one moment, in the order of an export: sealed entries by place, then the unsealed tail by noun, aggregate and
 * seq (bytewise), then checkpoints by epoch and size. Any role that may read the log may stream it; memory stays flat.
 */
export async function streamAuditLog(sql: Sql, sink: AuditSink): Promise<void> {
  await sql.begin("isolation level repeatable read read only", async (tx) => {
    const entries = tx`
      select tenant, noun, aggregate, seq, version, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, channel,
        actor, evidence, action, detail::text as detail, xid::text as xid, encode(prev, 'hex') as prev, encode(hash, 'hex') as hash,
        leaf::float8 as leaf
      from charter.audit_entries where tenant = 'main'
      order by charter.audit_entries.leaf nulls last, noun collate "C", aggregate collate "C", seq`;
    for await (const rows of entries.cursor(1000)) await sink.entries(rows);
    const checkpoints = tx`
      select size::float8 as size, root, previous, epoch, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, key, raised,
        signature
      from charter.audit_checkpoints where tenant = 'main' order by charter.audit_checkpoints.epoch, charter.audit_checkpoints.size`;
    for await (const rows of checkpoints.cursor(1000)) await sink.checkpoints(rows);
  });
}
