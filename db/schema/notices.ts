import { sql } from "drizzle-orm";
import { bigint, boolean, check, index, integer, jsonb, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import type { Json } from "#lib/domain/json.ts";
import type { NoticeAbout, NoticeKind } from "#lib/domain/notice.ts";
import { charter, id, instant, tenant } from "./columns.ts";

/**
 * What people and systems are told outside the portal, and whether they were: the outbox. A row is written once for each
 * `key`, however often the reason for it is seen, and sent until it is taken or given up. Words and names only, never a secret.
 */
export const notices = charter.table(
  "notices",
  {
    tenant: tenant(),
    id: id(),
    /** What is told to whom, once: `decision:<request>:<version>:denied:<person>`. */
    key: text("key").notNull(),
    /** The person told by mail; null for a webhook. */
    person: uuid("person"),
    /** Name of the configured webhook; null for mail. */
    webhook: text("webhook"),
    kind: text("kind").$type<NoticeKind>().notNull(),
    /** Sent whatever the person prefers. */
    promised: boolean("promised").notNull(),
    /** One sentence, and the portal's path where more is to be seen. */
    sentence: text("sentence").notNull(),
    path: text("path").notNull(),
    /** For a webhook: who did it, when, and who is told of the same. */
    about: jsonb("about").$type<NoticeAbout | null>(),
    at: instant("at").notNull(),
    /** Not sent before; moved on while a worker sends it, and after each failure. */
    dueAt: instant("due_at").notNull(),
    attempts: integer("attempts").notNull().default(0),
    /** Why the last try failed, in our words. */
    fault: text("fault"),
    sentAt: instant("sent_at"),
    /** It will not be tried again: `fault` says why. */
    givenUpAt: instant("given_up_at"),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    unique("notices_key").on(t.tenant, t.key),
    check("notices_one_way", sql`(person is null) <> (webhook is null)`),
    index("notices_due").on(t.tenant, t.dueAt).where(sql`sent_at is null and given_up_at is null`),
    index("notices_person").on(t.tenant, t.person, t.at),
  ],
);

/** One row: up to which leaf of the audit log notices have been written. */
export const noticeMark = charter.table(
  "notice_mark",
  { tenant: tenant(), leaf: bigint("leaf", { mode: "number" }).notNull() },
  (t) => [primaryKey({ columns: [t.tenant] })],
);

/** What a person has chosen for themselves, by name: notices, views. Written by the web, not audited. */
export const preferences = charter.table(
  "preferences",
  {
    tenant: tenant(),
    person: uuid("person").notNull(),
    name: text("name").notNull(),
    value: jsonb("value").$type<Json>().notNull(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.person, t.name] }),
    index("preferences_shared").on(t.tenant, sql`(value ->> 'team')`).where(sql`value ->> 'team' is not null`),
    check("preferences_are_small", sql`octet_length(value::text) <= 16384 and octet_length(name) <= 120`),
  ],
);
