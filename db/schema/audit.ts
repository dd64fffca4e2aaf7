import { bigint, customType, index, integer, jsonb, primaryKey, text } from "drizzle-orm/pg-core";
import type { JsonObject } from "#lib/domain/json.ts";
import { charter, instant, tenant } from "./columns.ts";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

/**
 * Append-only, written through definer functions alone. `hash` = sha256 over JCS of the entry's other fields with `prev`,
 * the hash of the same aggregate's entry before it. `leaf` is its dense index in the signed tree, given by the sealer.
 */
export const auditEntries = charter.table(
  "audit_entries",
  {
    tenant: tenant(),
    noun: text("noun").notNull(),
    aggregate: text("aggregate").notNull(),
    seq: integer("seq").notNull(),
    /** Version of the row the entry speaks of; 0 for what has no row (a denied attempt). */
    version: integer("version").notNull(),
    at: instant("at").notNull(),
    channel: text("channel").notNull(),
    actor: text("actor").notNull(),
    evidence: text("evidence").notNull(),
    action: text("action").notNull(),
    detail: jsonb("detail").$type<JsonObject>().notNull(),
    xid: text("xid").notNull(),
    prev: bytea("prev").notNull(),
    hash: bytea("hash").notNull(),
    leaf: bigint("leaf", { mode: "number" }),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.noun, t.aggregate, t.seq] }), index("audit_entries_at").on(t.tenant, t.at)],
);

/** Signed by the worker's checkpoint key over {size, root, previous, epoch, at}. */
export const auditCheckpoints = charter.table(
  "audit_checkpoints",
  {
    tenant: tenant(),
    size: bigint("size", { mode: "number" }).notNull(),
    root: text("root").notNull(),
    previous: text("previous").notNull(),
    epoch: integer("epoch").notNull(),
    at: instant("at").notNull(),
    key: text("key").notNull(),
    signature: text("signature").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.size, t.epoch] })],
);
