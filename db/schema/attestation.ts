import { index, integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import type { QuestionAnswer, Stage, Standing } from "#lib/domain/attestation.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { charter, id, instant, tenant } from "./columns.ts";

/**
 * The one question an identity's owner is asked again and again: is it still needed? One row an identity from its birth; a taken
 * answer begins the next round. Unattested: `stage` is `overdue`.
 */
export const questions = charter.table(
  "questions",
  {
    tenant: tenant(),
    identity: uuid("identity").notNull(),
    /** Counts the answers from 1; an answer names the round it is given in. */
    round: integer("round").notNull().default(1),
    /** What policy says of such an identity, in days, when this round began. */
    everyDays: integer("every_days").notNull(),
    /** When the owner is asked, reminded, the backup asked as well, and when it is overdue. */
    opensAt: instant("opens_at").notNull(),
    remindsAt: instant("reminds_at").notNull(),
    backupAt: instant("backup_at").notNull(),
    dueAt: instant("due_at").notNull(),
    stage: text("stage").$type<Stage>().notNull(),
    /** When the stage was reached, and when the next one is; null once it is overdue. */
    stageAt: instant("stage_at").notNull(),
    movesAt: instant("moves_at"),
    /** Id of the attestation that began this round; null in the first. */
    lastAttestation: uuid("last_attestation"),
    /** The request that the last answer raised: when it ends without effect, the question is asked again. */
    request: uuid("request"),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.identity] }),
    index("questions_moves").on(t.tenant, t.movesAt),
    index("questions_stage").on(t.tenant, t.stage, t.dueAt),
  ],
);

/** An answer that was taken, signed with the checkpoint key: who said what, having been shown exactly what. Never changed. */
export const attestations = charter.table(
  "attestations",
  {
    tenant: tenant(),
    /** The id of the answer. */
    id: id(),
    identity: uuid("identity").notNull(),
    round: integer("round").notNull(),
    person: uuid("person").notNull(),
    standing: text("standing").$type<Standing>().notNull(),
    answer: text("answer").$type<QuestionAnswer>().notNull(),
    reason: text("reason").notNull().default(""),
    /** sha256(JCS(evidence shown)), hex. */
    evidence: text("evidence").notNull(),
    dueAt: instant("due_at").notNull(),
    answeredAt: instant("answered_at").notNull(),
    nextDueAt: instant("next_due_at").notNull(),
    request: uuid("request"),
    /** What is signed, the evidence shown within it; the key's id; Ed25519 over its canonical JSON, hex. */
    statement: jsonb("statement").$type<JsonObject>().notNull(),
    key: text("key").notNull(),
    signature: text("signature").notNull(),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.id] }),
    index("attestations_identity").on(t.tenant, t.identity, t.round),
    index("attestations_answered").on(t.tenant, t.answeredAt, t.id),
  ],
);
