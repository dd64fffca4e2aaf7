import { sql } from "drizzle-orm";
import {
  bigint,
  customType,
  index,
  integer,
  interval,
  jsonb,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type { Raised } from "#lib/audit/checkpoint.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { charter, instant, tenant } from "./columns.ts";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });

/**
 * Append-only, written through definer functions alone. `hash` = sha256 over the entry's other fields (lib/audit/chain.ts has
 * the exact bytes) with `prev`, the hash of the same aggregate's entry before it. `leaf` is its dense index in the signed tree, given
 * by the sealer.
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
    xid: xid8("xid").notNull(),
    prev: bytea("prev").notNull(),
    hash: bytea("hash").notNull(),
    leaf: bigint("leaf", { mode: "number" }),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.noun, t.aggregate, t.seq] }),
    index("audit_entries_at").on(t.tenant, t.at),
    index("audit_entries_action").on(t.tenant, t.action, t.at),
    index("audit_entries_actor").on(t.tenant, t.actor, t.at),
    uniqueIndex("audit_entries_leaf").on(t.tenant, t.leaf),
    index("audit_entries_unsealed").on(t.tenant, t.noun, t.aggregate, t.seq).where(sql`leaf is null`),
  ],
);

/** Signed by the worker's checkpoint key over {size, root, previous, epoch, at, key, raised}. */
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
    /** Only of the first checkpoint of a raised epoch: the tree it replaces, and why. */
    raised: jsonb("raised").$type<Raised>(),
    signature: text("signature").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.size, t.epoch] })],
);

/**
 * One row: the tree as last signed. `frontier` holds the roots (hex) of the perfect subtrees that make it up, largest first.
 * Its row lock is what one sealer holds; no other role can take it. `epoch` grows when a restored database is put to use.
 */
export const auditTree = charter.table(
  "audit_tree",
  {
    tenant: tenant(),
    size: bigint("size", { mode: "number" }).notNull().default(0),
    root: text("root").notNull(),
    frontier: text("frontier").array().notNull(),
    epoch: integer("epoch").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant] })],
);

/** One row: how far `charter.clock()` is ahead of the server. Zero but in demos and tests; only `charter_migrate` may set it. */
export const clockOffset = charter.table(
  "clock_offset",
  { tenant: tenant(), ahead: interval("ahead").notNull().default("0") },
  (t) => [primaryKey({ columns: [t.tenant] })],
);
