import { sql } from "drizzle-orm";
import { bigint, index, integer, jsonb, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { charter, id, instant, tenant } from "./columns.ts";

/**
 * A person's key: first an invitation, then enrolled, usable from an instant on, and in the end revoked. The private half
 * never leaves its authenticator.
 */
export const passkeys = charter.table(
  "passkeys",
  {
    tenant: tenant(),
    id: id(),
    /** Canonical person whose gestures it makes. */
    person: uuid("person").notNull(),
    /** SHA-256, hex, of the one-time code that the worker's host printed; null when two people of security invited. */
    codeHash: text("code_hash"),
    /** Who invited: `host`, or two people. */
    invitedBy: jsonb("invited_by").$type<readonly string[]>().notNull(),
    invitedAt: instant("invited_at").notNull(),
    invitedUntil: instant("invited_until").notNull(),
    name: text("name").notNull().default(""),
    /** base64url; null while it is only an invitation. */
    credentialId: text("credential_id"),
    /** COSE, base64url. */
    publicKey: text("public_key"),
    transports: jsonb("transports").$type<readonly string[]>().notNull().default([]),
    /** Of its last use; stays 0 for authenticators that do not count. */
    counter: bigint("counter", { mode: "number" }).notNull().default(0),
    enrolledAt: instant("enrolled_at"),
    usableFrom: instant("usable_from"),
    /** Who gave the second signature; null when nobody did. */
    confirmedBy: uuid("confirmed_by"),
    lastUsedAt: instant("last_used_at"),
    revokedAt: instant("revoked_at"),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    uniqueIndex("passkeys_credential").on(t.tenant, t.credentialId).where(sql`credential_id is not null`),
    index("passkeys_person").on(t.tenant, t.person),
  ],
);

/** Challenges that the database made: each taken by at most one claim, within five minutes. Written by definer functions alone. */
export const challenges = charter.table(
  "challenges",
  {
    tenant: tenant(),
    id: text("id").notNull(),
    issuedAt: instant("issued_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    usedAt: instant("used_at"),
    /** The claim that took it: `verdicts/<id>`, `request_versions/<request>/<version>`. */
    usedBy: text("used_by"),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    index("challenges_unused").on(t.tenant, t.expiresAt).where(sql`used_at is null`),
  ],
);
