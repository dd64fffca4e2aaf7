import { sql } from "drizzle-orm";
import { check, integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
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
