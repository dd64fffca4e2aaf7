import { sql } from "drizzle-orm";
import { boolean, check, index, integer, jsonb, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import type { AskKind, KeyAskKind } from "#lib/domain/ask.ts";
import type { QuestionAnswer } from "#lib/domain/attestation.ts";
import type { Charter, Origins, RequestKind } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Assertion, Registration } from "#lib/domain/signature.ts";
import { charter, id, instant, stamps, tenant } from "./columns.ts";

const proofIsSmall = (table: string) =>
  check(`${table}_assertion_is_small`, sql`octet_length(assertion::text) <= 16384`);

/** A raw id_token handed over for verification; the worker blanks it. The web cannot read it back. */
export const signIns = charter.table(
  "sign_ins",
  { tenant: tenant(), id: id(), idToken: text("id_token").notNull(), ...stamps() },
  (t) => [primaryKey({ columns: [t.tenant, t.id] })],
);

/** Somebody is said to have asked this. Its id is the draft's id: a double click is one request. */
export const requests = charter.table(
  "requests",
  {
    tenant: tenant(),
    id: id(),
    kind: text("kind").$type<RequestKind>().notNull(),
    /** The identity it concerns; null for `provision`, whose identity has the request's id. */
    identity: uuid("identity"),
    /** Null only for worker-raised requests (channel worker). */
    requester: uuid("requester"),
    draftedAt: instant("drafted_at").notNull(),
    ...stamps(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    check("requests_of_the_web_have_a_requester", sql`requester is not null or channel <> 'charter_web'`),
  ],
);

/** One sealed version. `charter` for `provision`; for later kinds the charter as it would stand afterwards. */
export const requestVersions = charter.table(
  "request_versions",
  {
    tenant: tenant(),
    request: uuid("request").notNull(),
    version: integer("version").notNull(),
    charter: jsonb("charter").$type<Charter>().notNull(),
    origins: jsonb("origins").$type<Origins>().notNull(),
    /** Kind-specific: {to} of a transfer, {endsAt, exceptionEndsAt?} of a renewal, {reason} of the rest. */
    change: jsonb("change").$type<JsonObject>().notNull().default({}),
    /** sha256(JCS({charter, origins, change})), hex. */
    digest: text("digest").notNull(),
    /** Digest of the plan as shown to the requester. */
    planDigest: text("plan_digest").notNull(),
    /** Who submitted this version: the requester, or the requester taking over a proposal. */
    person: uuid("person"),
    assertion: jsonb("assertion").$type<Assertion>(),
    ...stamps(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.request, t.version] }), proofIsSmall("request_versions")],
);

export const verdicts = charter.table(
  "verdicts",
  {
    tenant: tenant(),
    id: id(),
    request: uuid("request").notNull(),
    version: integer("version").notNull(),
    planDigest: text("plan_digest").notNull(),
    stage: integer("stage").notNull(),
    person: uuid("person").notNull(),
    verdict: text("verdict").$type<"approve" | "deny">().notNull(),
    reason: text("reason").notNull().default(""),
    /** The gesture of a key over exactly this verdict; null where nobody asked for one. */
    assertion: jsonb("assertion").$type<Assertion>(),
    ...stamps(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    proofIsSmall("verdicts"),
    unique("verdicts_once").on(t.tenant, t.request, t.version, t.stage, t.person),
  ],
);

/** The owner (or the new owner of a transfer) accepts this version, having seen purpose and reach. */
export const acceptances = charter.table(
  "acceptances",
  {
    tenant: tenant(),
    id: id(),
    request: uuid("request").notNull(),
    version: integer("version").notNull(),
    planDigest: text("plan_digest").notNull(),
    person: uuid("person").notNull(),
    assertion: jsonb("assertion").$type<Assertion>(),
    ...stamps(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    proofIsSmall("acceptances"),
    unique("acceptances_once").on(t.tenant, t.request, t.version, t.person),
  ],
);

/** A remark on a request; with `proposal` it is *ask for less*: a narrower charter the requester may take over. */
export const comments = charter.table(
  "comments",
  {
    tenant: tenant(),
    id: id(),
    request: uuid("request").notNull(),
    version: integer("version").notNull(),
    person: uuid("person").notNull(),
    text: text("text").notNull(),
    proposal: jsonb("proposal").$type<{ charter: Charter; origins: Origins } | null>(),
    ...stamps(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] }), index("comments_request").on(t.tenant, t.request, t.receivedAt)],
);

/**
 * What is asked and is not a request: `withdraw` a request, `take-back` a stuck provisioning, `retry` a stuck step, `check` a
 * target, `mute` or `unmute` a finding, an identity's `question` now; `enrol-key` and `revoke-key` of one's own, `invite-key` for a person and `confirm-key` of
 * one, each by a signature, and signatures on what the worker's host does (`sign-bundle`, `sign-link`).
 */
export const asks = charter.table(
  "asks",
  {
    tenant: tenant(),
    id: id(),
    kind: text("kind").$type<AskKind>().notNull(),
    /** Id of the request, step, target, finding, identity, key or person asked about, or the fingerprint that is signed. */
    subject: text("subject").notNull(),
    /** {reason, until} of a mute. */
    detail: jsonb("detail").$type<JsonObject>().notNull().default({}),
    person: uuid("person").notNull(),
    /** A key's gesture, or the new key itself; never part of the audit log, since a one-time code lies in it. */
    assertion: jsonb("assertion").$type<Assertion | Registration>(),
    ...stamps(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    proofIsSmall("asks"),
    index("asks_signed").on(t.tenant, t.person, t.receivedAt).where(sql`assertion is not null`),
  ],
);

/** The answer to an identity's question, with the evidence that was on the card. */
export const answers = charter.table(
  "answers",
  {
    tenant: tenant(),
    id: id(),
    identity: uuid("identity").notNull(),
    round: integer("round").notNull(),
    person: uuid("person").notNull(),
    answer: text("answer").$type<QuestionAnswer>().notNull(),
    reason: text("reason").notNull().default(""),
    /** Digest of `shown`, and `shown`: the evidence as it was on the card. */
    evidence: text("evidence").notNull(),
    shown: jsonb("shown").$type<JsonObject>().notNull(),
    /** The request it raised: of *narrow*, *transfer* and *retire*. */
    request: uuid("request"),
    /** One value for answers given in one gesture, whose evidence must be the same; null for one given by itself. */
    batch: uuid("batch"),
    ...stamps(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    check("answers_are_small", sql`octet_length(shown::text) <= 65536 and octet_length(reason) <= 8000`),
    index("answers_batch").on(t.tenant, t.batch),
    index("answers_identity").on(t.tenant, t.identity, t.round),
  ],
);

/** A form being filled; not audited. Deleted by the web once its request is taken. */
export const drafts = charter.table(
  "drafts",
  {
    tenant: tenant(),
    id: id(),
    person: uuid("person").notNull(),
    blueprint: text("blueprint").notNull(),
    content: jsonb("content").$type<JsonObject>().notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] })],
);

/** A browser session. `id` is the SHA-256 of the cookie's random value, hex. Idle 30 min, absolute 12 h. */
export const sessions = charter.table(
  "sessions",
  {
    tenant: tenant(),
    id: text("id").notNull(),
    person: uuid("person").notNull(),
    signIn: uuid("sign_in"),
    readOnly: boolean("read_only").notNull().default(false),
    createdAt: instant("created_at").notNull().defaultNow(),
    lastSeenAt: instant("last_seen_at").notNull().defaultNow(),
    endedAt: instant("ended_at"),
    userAgent: text("user_agent").notNull().default(""),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] })],
);

export type { AskKind, KeyAskKind };
export type ClaimNoun =
  | "sign_ins"
  | "requests"
  | "request_versions"
  | "verdicts"
  | "acceptances"
  | "comments"
  | "asks"
  | "answers";
