import { sql } from "drizzle-orm";
import { bigint, check, integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import type { ServiceTold } from "#lib/domain/access-use.ts";
import { charter, holdsNoSecret, instant, tenant } from "./columns.ts";

/**
 * What sources told of the use of an identity's credentials and objects. An observation: the sweep writes it without an audit
 * entry; what follows from it (first use, retirement) has one.
 */
export const uses = charter.table(
  "uses",
  {
    tenant: tenant(),
    identity: uuid("identity").notNull(),
    /** The target's own id of what was watched: access key id, login name, ARN. */
    subject: text("subject").notNull(),
    /** In words: "AWS: access key last used". */
    source: text("source").notNull(),
    /** Null: the source told of none. */
    lastUsedAt: instant("last_used_at"),
    /** Since when the source would have told of any use; null: it sees only some moments. */
    seesSince: instant("sees_since"),
    lagMinutes: integer("lag_minutes").notNull(),
    observedAt: instant("observed_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.identity, t.subject] })],
);

/**
 * Which of its permissions an identity used, as its target told last; null while it has told nothing. An observation, like `uses`.
 * Nothing is concluded of it: people look before they take something away.
 */
export const accessUses = charter.table(
  "access_uses",
  {
    tenant: tenant(),
    identity: uuid("identity").notNull(),
    /** When the target was asked last, whether or not it told. */
    askedAt: instant("asked_at").notNull(),
    told: jsonb("told").$type<KeptAccess>(),
    /** When it told that. */
    observedAt: instant("observed_at"),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.identity] }), check("access_uses_told", holdsNoSecret(sql`told`))],
);

/** What the target told, as it is kept. */
export type KeptAccess = {
  readonly source: string;
  readonly services: readonly ServiceTold[];
  /** ISO instant. */
  readonly seesSince: string;
  readonly lagMinutes: number;
};

/**
 * The place of a vault where an identity's secret lies, as its metadata shows it, and when the vault's audit log last told of a read.
 * An observation, like `uses`.
 */
export const slots = charter.table(
  "slots",
  {
    tenant: tenant(),
    identity: uuid("identity").notNull(),
    vault: text("vault").notNull(),
    /** Current version and when it was written; null while metadata was not read. */
    version: integer("version"),
    writtenAt: instant("written_at"),
    observedAt: instant("observed_at"),
    /** Newest read that the audit log told of; null: none. */
    readAt: instant("read_at"),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.identity] })],
);

/** How far a vault's audit file was read. */
export const vaultLogs = charter.table(
  "vault_logs",
  {
    tenant: tenant(),
    vault: text("vault").notNull(),
    /** Which file it was: device and number. A file of the same name that took its place is read from its start. */
    file: text("file").notNull(),
    /** Bytes that were read. */
    position: bigint("position", { mode: "number" }).notNull(),
    /** Since when every entry was read. */
    since: instant("since").notNull(),
    /** When it was last read to that position. */
    readAt: instant("read_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.vault] })],
);
