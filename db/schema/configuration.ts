import { boolean, integer, jsonb, primaryKey, text } from "drizzle-orm/pg-core";
import type { Environment } from "#lib/domain/charter.ts";
import type { Json, JsonObject } from "#lib/domain/json.ts";
import { charter, id, instant, tenant } from "./columns.ts";

/** What the worker publishes of its configuration: all that the web knows of a target. */
export const targets = charter.table(
  "targets",
  {
    tenant: tenant(),
    name: text("name").notNull(),
    kind: text("kind").notNull(),
    title: text("title").notNull(),
    environments: jsonb("environments").$type<readonly Environment[]>().notNull(),
    /** Public settings, without credential references. */
    settings: jsonb("settings").$type<JsonObject>().notNull(),
    /** sha256(JCS(kind, address, account, CA, credential references, simulated, boundary)), hex. */
    entryDigest: text("entry_digest").notNull(),
    simulated: boolean("simulated").notNull(),
    /** False once it is no longer in the configuration. */
    configured: boolean("configured").notNull().default(true),
    position: integer("position").notNull(),
    checks: jsonb("checks")
      .$type<readonly { name: string; ok: boolean; sentence: string; mend?: string }[]>()
      .notNull()
      .default([]),
    checkedAt: instant("checked_at"),
    sweptAt: instant("swept_at"),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.name] })],
);

export const vaults = charter.table(
  "vaults",
  {
    tenant: tenant(),
    name: text("name").notNull(),
    kind: text("kind").notNull(),
    title: text("title").notNull(),
    settings: jsonb("settings").$type<JsonObject>().notNull(),
    entryDigest: text("entry_digest").notNull(),
    simulated: boolean("simulated").notNull(),
    configured: boolean("configured").notNull().default(true),
    /** Approved storage: path patterns by team, environment and classification; `*` matches any. */
    approved: jsonb("approved")
      .$type<readonly { team: string; environment: string; classification: string; mount: string; path: string }[]>()
      .notNull(),
    position: integer("position").notNull(),
    checks: jsonb("checks")
      .$type<readonly { name: string; ok: boolean; sentence: string; mend?: string }[]>()
      .notNull()
      .default([]),
    checkedAt: instant("checked_at"),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.name] })],
);

/** Policy bundles as activated; the one with the greatest `activation` is in force. */
export const bundles = charter.table(
  "bundles",
  {
    tenant: tenant(),
    activation: integer("activation").notNull(),
    digest: text("digest").notNull(),
    /** File name → Cedar text. */
    files: jsonb("files").$type<{ readonly [file: string]: string }>().notNull(),
    /** Ids of the two people of security in whose names it was activated: the approvers of record of what passes by itself. */
    activatedBy: jsonb("activated_by").$type<readonly string[]>().notNull(),
    activatedAt: instant("activated_at").notNull().defaultNow(),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.activation] })],
);

/** Blueprints and reach packs as published by the worker; versioned by digest. */
export const blueprints = charter.table(
  "blueprints",
  {
    tenant: tenant(),
    kind: text("kind").$type<"blueprint" | "reach-pack">().notNull(),
    id: text("id").notNull(),
    digest: text("digest").notNull(),
    content: jsonb("content").$type<JsonObject>().notNull(),
    configured: boolean("configured").notNull().default(true),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.kind, t.id] })],
);

/** A worker process; fresh when its heartbeat is at most 15 s old. */
export const workers = charter.table(
  "workers",
  {
    tenant: tenant(),
    id: id(),
    startedAt: instant("started_at").notNull(),
    heartbeatAt: instant("heartbeat_at").notNull(),
    configDigest: text("config_digest").notNull(),
    /** {portal url, installation id, sign-in issuer, problems and halted: sentences for /api/health}. */
    public: jsonb("public").$type<{ readonly problems: readonly string[]; readonly [key: string]: Json }>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] })],
);
