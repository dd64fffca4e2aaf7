import { sql } from "drizzle-orm";
import {
  bigserial,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import type { RequestKind } from "#lib/domain/charter.ts";
import type { Decision, PolicyFacts } from "#lib/domain/decision.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { Reach } from "#lib/domain/reach.ts";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { RequestState } from "#lib/domain/request.ts";
import type { Assurance } from "#lib/domain/signature.ts";
import type { ClaimNoun } from "./claims.ts";
import { charter, holdsNoSecret, id, instant, tenant } from "./columns.ts";

/** Claims that no worker has taken yet; filled by the claims' trigger, emptied in the transaction that takes them. */
export const inbox = charter.table(
  "inbox",
  {
    tenant: tenant(),
    seq: bigserial("seq", { mode: "number" }).notNull(),
    claim: text("claim").$type<ClaimNoun>().notNull(),
    /** The claim's id; `request/version` for request_versions. */
    subject: text("subject").notNull(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.seq] })],
);

/** What became of a claim. */
export const outcomes = charter.table(
  "outcomes",
  {
    tenant: tenant(),
    claim: text("claim").$type<ClaimNoun>().notNull(),
    subject: text("subject").notNull(),
    result: text("result").$type<"taken" | "refused" | "superseded">().notNull(),
    refusals: jsonb("refusals").$type<readonly Refusal[]>().notNull().default([]),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.claim, t.subject] })],
);

/** Where a request stands: one row a request, moved by the worker alone; its history is the audit log. */
export const requestStates = charter.table(
  "request_states",
  {
    tenant: tenant(),
    request: uuid("request").notNull(),
    /** The version this state speaks of: the newest one taken. */
    requestVersion: integer("request_version").notNull(),
    state: text("state").$type<RequestState>().notNull(),
    /** Plan the worker built for that version, its digest, and what it reaches. */
    plan: jsonb("plan").$type<Plan>(),
    planDigest: text("plan_digest"),
    reach: jsonb("reach").$type<Reach>(),
    risk: integer("risk").notNull().default(0),
    riskParts: jsonb("risk_parts").$type<readonly { label: string; points: number }[]>().notNull().default([]),
    /** Stages the decision asks for, each {role, count}; index in this list is `verdicts.stage`. */
    stages: jsonb("stages").$type<readonly { role: string; count: number; sentence: string }[]>().notNull().default([]),
    /** What the decision asks of whoever decides and accepts: a key's gesture, or null, nothing beyond their session. */
    assurance: text("assurance").$type<Assurance>(),
    /** Whose acceptance is awaited; null when given or not needed. */
    accepter: uuid("accepter"),
    deadline: instant("deadline"),
    /** Sentences for people when refused, failed, denied or to be resubmitted. */
    detail: jsonb("detail")
      .$type<{ readonly refusals?: readonly Refusal[]; readonly sentence?: string }>()
      .notNull()
      .default({}),
    since: instant("since").notNull().defaultNow(),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.request] }),
    index("request_states_open").on(t.tenant, t.state, t.deadline),
  ],
);

/** A policy decision, word for word. */
export const decisions = charter.table(
  "decisions",
  {
    tenant: tenant(),
    id: id(),
    request: uuid("request").notNull(),
    requestVersion: integer("request_version").notNull(),
    /** Taken on receipt, or again at release. */
    at: text("at").$type<"receipt" | "release">().notNull(),
    bundle: text("bundle").notNull(),
    /** Facts given to the engine, and its verdict with rules, sentences, controls, obligations. */
    input: jsonb("input").$type<PolicyFacts>().notNull(),
    decision: jsonb("decision").$type<Decision>().notNull(),
    decidedAt: instant("decided_at").notNull().defaultNow(),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    index("decisions_request").on(t.tenant, t.request, t.requestVersion),
  ],
);

/** The committed decision to change a target; exists before the target is touched. */
export const intents = charter.table(
  "intents",
  {
    tenant: tenant(),
    id: id(),
    request: uuid("request").notNull(),
    requestVersion: integer("request_version").notNull(),
    kind: text("kind").$type<RequestKind>().notNull(),
    identity: uuid("identity").notNull(),
    target: text("target").notNull(),
    plan: jsonb("plan").$type<Plan>().notNull(),
    planDigest: text("plan_digest").notNull(),
    /** Mark of the identity's creating intent: installation, intent, key id, HMAC. */
    mark: jsonb("mark").$type<{ installation: string; intent: string; key: string; hmac: string }>().notNull(),
    markedAt: instant("marked_at").notNull(),
    state: text("state").$type<"running" | "undoing" | "done" | "failed">().notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    unique("intents_once").on(t.tenant, t.request, t.requestVersion),
    index("intents_identity").on(t.tenant, t.identity),
  ],
);

export type StepState = "waiting" | "ready" | "claimed" | "sent" | "ambiguous" | "done" | "failed" | "undone";

/** The saga's queue. Only the lowest ordinal that is not done is `ready`; later ones wait. */
export const steps = charter.table(
  "steps",
  {
    tenant: tenant(),
    id: id(),
    intent: uuid("intent").notNull(),
    ordinal: integer("ordinal").notNull(),
    name: text("name").notNull(),
    kind: text("kind").notNull(),
    title: text("title").notNull(),
    target: text("target").notNull(),
    /** 0 disable, revoke, remove and undo; 1 provision. */
    lane: smallint("lane").notNull(),
    state: text("state").$type<StepState>().notNull(),
    /** True while the step is being taken back instead of done. */
    undoing: boolean("undoing").notNull().default(false),
    stuckAt: instant("stuck_at"),
    dueAt: instant("due_at").notNull().defaultNow(),
    attempts: integer("attempts").notNull().default(0),
    fence: integer("fence").notNull().default(0),
    worker: uuid("worker"),
    leaseUntil: instant("lease_until"),
    facts: jsonb("facts").$type<JsonObject>().notNull().default({}),
    /** Last fault's kind, code and sentence; evidence of what was seen when done. */
    fault: jsonb("fault").$type<{ kind: string; code: string; sentence: string } | null>(),
    evidence: text("evidence").notNull().default(""),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    unique("steps_ordinal").on(t.tenant, t.intent, t.ordinal),
    check("steps_facts_hold_no_secret", holdsNoSecret(sql`facts`)),
    // A step that is over is in none of these: what a claim reads does not grow with all that was ever done.
    index("steps_ready").on(t.tenant, t.target, t.lane, t.dueAt).where(sql`state in ('ready', 'ambiguous')`),
    index("steps_held").on(t.tenant, t.target, t.leaseUntil).where(sql`state in ('claimed', 'sent')`),
    index("steps_stuck").on(t.tenant, t.stuckAt).where(sql`stuck_at is not null`),
  ],
);

/** One per target and vault: concurrency limit and token bucket that hold across workers. */
export const gates = charter.table(
  "gates",
  {
    tenant: tenant(),
    target: text("target").notNull(),
    open: boolean("open").notNull().default(true),
    maxRunning: integer("max_running").notNull(),
    /** Calls per second, and how many may come at once. */
    rate: doublePrecision("rate").notNull(),
    burst: doublePrecision("burst").notNull(),
    tokens: doublePrecision("tokens").notNull(),
    refilledAt: instant("refilled_at").notNull().defaultNow(),
    /** Tokens (and one slot) kept for lane 0. */
    reserve: doublePrecision("reserve").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.target] })],
);
