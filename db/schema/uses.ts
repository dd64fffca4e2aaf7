import { integer, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { charter, instant, tenant } from "./columns.ts";

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
