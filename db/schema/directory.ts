import { boolean, integer, jsonb, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import type { Role } from "#lib/domain/actor.ts";
import type { Classification, Environment, SubjectFormat } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { charter, id, instant, tenant } from "./columns.ts";

/** A login, keyed by (issuer, subject). `canonical` is the person it counts as: itself, or the login it is linked to. */
export const people = charter.table(
  "people",
  {
    tenant: tenant(),
    id: id(),
    issuer: text("issuer").notNull(),
    /** Null until the first sign-in of a person known from the directory import alone (matched once by verified e-mail or person claim). */
    subject: text("subject"),
    canonical: uuid("canonical").notNull(),
    personClaim: text("person_claim"),
    name: text("name").notNull(),
    email: text("email").notNull(),
    active: boolean("active").notNull().default(true),
    /** `iat` of the newest id_token accepted: an older one is refused. */
    lastTokenAt: instant("last_token_at"),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] }), unique("people_subject").on(t.tenant, t.issuer, t.subject)],
);

/** A role as last verified in an id_token; counts for a verdict for 12 h after `verifiedAt`. */
export const personRoles = charter.table(
  "person_roles",
  {
    tenant: tenant(),
    person: uuid("person").notNull(),
    role: text("role").$type<Role>().notNull(),
    verifiedAt: instant("verified_at").notNull(),
    held: boolean("held").notNull(),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.person, t.role] })],
);

export const teams = charter.table(
  "teams",
  {
    tenant: tenant(),
    id: id(),
    slug: text("slug").notNull(),
    name: text("name").notNull(),
    /** Default charter fields of this team's template: {backup, unusedDays, …}. */
    defaults: jsonb("defaults").$type<JsonObject>().notNull().default({}),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] }), unique("teams_slug").on(t.tenant, t.slug)],
);

export const teamMembers = charter.table(
  "team_members",
  {
    tenant: tenant(),
    team: uuid("team").notNull(),
    person: uuid("person").notNull(),
    member: boolean("member").notNull().default(true),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.team, t.person] })],
);

/** Business services (system of record). */
export const services = charter.table(
  "services",
  {
    tenant: tenant(),
    id: id(),
    slug: text("slug").notNull(),
    name: text("name").notNull(),
    team: uuid("team").notNull(),
    owner: uuid("owner").notNull(),
    classification: text("classification").$type<Classification>().notNull(),
    /** Environment → names of targets its identities go to, first is the default of its kind. */
    targets: jsonb("targets").$type<{ readonly [E in Environment]?: readonly string[] }>().notNull().default({}),
    /** Where the record came from, for origins: `catalog-info`, `CMDB`. */
    source: text("source").notNull(),
    decommissioned: boolean("decommissioned").notNull().default(false),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] }), unique("services_slug").on(t.tenant, t.slug)],
);

export const repositories = charter.table(
  "repositories",
  {
    tenant: tenant(),
    id: id(),
    /** `owner/name`. */
    name: text("name").notNull(),
    ownerId: text("owner_id").notNull(),
    repositoryId: text("repository_id").notNull(),
    service: uuid("service"),
    environments: jsonb("environments").$type<readonly string[]>().notNull().default([]),
    subjectFormat: text("subject_format").$type<SubjectFormat>().notNull(),
    archived: boolean("archived").notNull().default(false),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] }), unique("repositories_name").on(t.tenant, t.name)],
);

export const signInResults = charter.table(
  "sign_in_results",
  {
    tenant: tenant(),
    signIn: uuid("sign_in").notNull(),
    person: uuid("person"),
    refusal: text("refusal"),
    /** SHA-256 of the token, hex: a replayed token is refused. */
    tokenHash: text("token_hash").notNull(),
    at: instant("at").notNull().defaultNow(),
    version: integer("version").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.signIn] })],
);
