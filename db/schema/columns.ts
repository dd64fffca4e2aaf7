import { type SQL, sql } from "drizzle-orm";
import { pgSchema, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** Every table lies in this schema; `public` is not used. */
export const charter = pgSchema("charter");

/** One fixed value per installation, first in every key: Citus-style distribution stays possible. */
export const tenant = () => text("tenant").notNull().default("main");
export const id = () => uuid("id").notNull();
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
/**
 * Stamped by the `stamp_claim` trigger: the database's clock and the session's role, never what the web says.
 * Declared as generated so that an INSERT never lists them (the web has no right to); the migration makes plain columns.
 */
export const stamps = () => ({
  receivedAt: instant("received_at").notNull().generatedAlwaysAs(sql`clock_timestamp()`),
  channel: text("channel").notNull().generatedAlwaysAs(sql`session_user`),
});

/**
 * A tripwire, not a guard: no object in the column, however deep, has a key that sounds like a secret.
 * Facts name things (key ids, paths, versions); what opens something never reaches this database.
 */
export const holdsNoSecret = (column: SQL) =>
  sql`not jsonb_path_exists(${column}, '$.** ? (@.type() == "object").keyvalue() ? (@.key like_regex "secret|password|token" flag "i")')`;
