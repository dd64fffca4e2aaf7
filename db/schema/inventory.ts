import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, primaryKey, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { Charter, Classification, CredentialModel, Environment } from "#lib/domain/charter.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { UseAnswer } from "#lib/domain/last-use.ts";
import type { Reach } from "#lib/domain/reach.ts";
import { charter, holdsNoSecret, id, instant, tenant } from "./columns.ts";

/** A machine identity. Recorded before anything exists at its target; never deleted. */
export const identities = charter.table(
  "identities",
  {
    tenant: tenant(),
    /** The id of the request that founded it. */
    id: id(),
    name: text("name").notNull(),
    blueprint: text("blueprint").notNull(),
    connector: text("connector").notNull(),
    target: text("target").notNull(),
    environment: text("environment").$type<Environment>().notNull(),
    state: text("state").$type<IdentityState>().notNull(),
    purpose: text("purpose").notNull(),
    service: uuid("service").notNull(),
    team: uuid("team").notNull(),
    owner: uuid("owner").notNull(),
    ownerAcceptedAt: instant("owner_accepted_at").notNull(),
    backupPerson: uuid("backup_person"),
    backupTeam: uuid("backup_team"),
    endsIt: uuid("ends_it").notNull(),
    classification: text("classification").$type<Classification>().notNull(),
    credential: text("credential").$type<CredentialModel>().notNull(),
    /** Current charter in full, and the request version that sealed it. */
    charter: jsonb("charter").$type<Charter>().notNull(),
    charterRequest: uuid("charter_request").notNull(),
    charterVersion: integer("charter_version").notNull(),
    /** Public name of its main object, and the target's own id for it once known. */
    objectName: text("object_name").notNull(),
    externalId: text("external_id"),
    reach: jsonb("reach").$type<Reach>().notNull(),
    risk: integer("risk").notNull(),
    riskParts: jsonb("risk_parts").$type<readonly { label: string; points: number }[]>().notNull(),
    /** Facts its finished intents committed: ARNs, key ids, vault path and version. Never a secret. */
    facts: jsonb("facts").$type<JsonObject>().notNull().default({}),
    endsAt: instant("ends_at").notNull(),
    bornAt: instant("born_at").notNull().defaultNow(),
    liveAt: instant("live_at"),
    retiredAt: instant("retired_at"),
    /** When a hold ends and removal begins. */
    removeAt: instant("remove_at"),
    firstUseAt: instant("first_use_at"),
    /**
     * What is known of its use (lib/domain/last-use.ts), put together by the sweep from `uses`. Observations: the five columns
     * change without a version and an audit entry.
     */
    useAnswer: text("use_answer").$type<UseAnswer>().notNull().default("no-signal"),
    lastUsedAt: instant("last_used_at"),
    /** Silent since then under sources that would have told; null when it could be used unseen. */
    unusedSince: instant("unused_since"),
    /** Up to when those sources have told. */
    useKnownUntil: instant("use_known_until"),
    /** When it began to count as stale by policy's figure; null while it does not, or nobody can say. */
    staleSince: instant("stale_since"),
    /** Last time the objects were read back, and how they differed from the plan ([] as planned). */
    observedAt: instant("observed_at"),
    differences: jsonb("differences").$type<readonly string[]>().notNull().default([]),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    unique("identities_object").on(t.tenant, t.target, t.objectName),
    check("identities_facts_hold_no_secret", holdsNoSecret(sql`facts`)),
    index("identities_name").on(t.tenant, t.name, t.id),
    index("identities_ends").on(t.tenant, t.endsAt, t.id),
    index("identities_born").on(t.tenant, t.bornAt, t.id),
    index("identities_risk").on(t.tenant, t.risk, t.id),
    index("identities_target").on(t.tenant, t.target, t.name, t.id),
    index("identities_team").on(t.tenant, t.team, t.name, t.id),
    index("identities_owner").on(t.tenant, t.owner, t.name, t.id),
    index("identities_service").on(t.tenant, t.service, t.environment),
  ],
);

/** What an identity is on its target. */
export const objects = charter.table(
  "objects",
  {
    tenant: tenant(),
    id: id(),
    identity: uuid("identity").notNull(),
    intent: uuid("intent").notNull(),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    externalId: text("external_id").notNull(),
    state: text("state").$type<"powerless" | "live" | "disabled" | "removed">().notNull(),
    madeAt: instant("made_at").notNull().defaultNow(),
    changedAt: instant("changed_at").notNull().defaultNow(),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] }), unique("objects_key").on(t.tenant, t.identity, t.kind, t.name)],
);

/** Metadata of a credential, never the secret. */
export const credentials = charter.table(
  "credentials",
  {
    tenant: tenant(),
    id: id(),
    identity: uuid("identity").notNull(),
    intent: uuid("intent").notNull(),
    /** Access key id, login name. */
    externalId: text("external_id").notNull(),
    vault: text("vault").notNull(),
    mount: text("mount").notNull(),
    path: text("path").notNull(),
    vaultVersion: integer("vault_version").notNull(),
    state: text("state").$type<"active" | "disabled" | "removed">().notNull(),
    issuedAt: instant("issued_at").notNull().defaultNow(),
    endsAt: instant("ends_at").notNull(),
    /** While a rotation runs: until when this older one is kept beside its successor, by the business clock. */
    keptUntil: instant("kept_until"),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] }), unique("credentials_key").on(t.tenant, t.identity, t.externalId)],
);

/** The register of dated exceptions to policy: one row each time an identity's charter took one on, kept when it is over. */
export const exceptions = charter.table(
  "exceptions",
  {
    tenant: tenant(),
    id: id(),
    identity: uuid("identity").notNull(),
    /** The approved request version whose charter carries it. */
    request: uuid("request").notNull(),
    requestVersion: integer("request_version").notNull(),
    reason: text("reason").notNull(),
    /** Who answers for it; canonical id. */
    owner: uuid("owner").notNull(),
    /** After this it is in force no more, whether or not somebody has closed it. */
    endsAt: instant("ends_at").notNull(),
    openedAt: instant("opened_at").notNull().defaultNow(),
    /** When the identity's charter carried it no more: another took its place, it was given up, or the identity is gone. */
    closedAt: instant("closed_at"),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    uniqueIndex("exceptions_open").on(t.tenant, t.identity).where(sql`closed_at is null`),
    index("exceptions_ends").on(t.tenant, t.endsAt, t.id),
  ],
);
