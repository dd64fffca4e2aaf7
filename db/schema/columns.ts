import { pgSchema, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** Every table lies in this schema; `public` is not used. */
export const charter = pgSchema("charter");

/** One fixed value per installation, first in every key: Citus-style distribution stays possible. */
export const tenant = () => text("tenant").notNull().default("main");
export const id = () => uuid("id").notNull();
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
/** Stamped by the `stamp_claim` trigger: the database's clock and the session's role, never what the web says. */
export const stamps = () => ({ receivedAt: instant("received_at").notNull().defaultNow(), channel: text("channel").notNull().default("") });
