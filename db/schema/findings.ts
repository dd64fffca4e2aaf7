import { bigint, date, integer, jsonb, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import type { Environment } from "#lib/domain/charter.ts";
import type { MuteEnding } from "#lib/domain/finding.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { charter, id, instant, tenant } from "./columns.ts";

/** What is wrong, of identities and at targets. Written set-based by sweeps; a mute is written by the ask that was granted. */
export const findings = charter.table(
  "findings",
  {
    tenant: tenant(),
    id: id(),
    kind: text("kind").notNull(),
    /** The identity concerned, when there is one. */
    identity: uuid("identity"),
    /** The team of that identity, by which findings are counted, and where it lives. */
    team: uuid("team"),
    environment: text("environment").$type<Environment>(),
    target: text("target"),
    /** The object at the target. With target and kind it is the finding's key, of an identity too: object names are unique there. */
    object: text("object"),
    sentence: text("sentence").notNull(),
    evidence: jsonb("evidence").$type<JsonObject>().notNull().default({}),
    severity: integer("severity").notNull().default(0),
    severityParts: jsonb("severity_parts").$type<readonly { label: string; points: number }[]>().notNull().default([]),
    openedAt: instant("opened_at").notNull().defaultNow(),
    /** When it was last written as seen: at each change and at least once a day, not by every sweep that sees it. */
    seenAt: instant("seen_at").notNull().defaultNow(),
    closedAt: instant("closed_at"),
    /** Muted while this lies ahead: for as long as the finding stays open and its evidence says the same. */
    mutedUntil: instant("muted_until"),
    muteReason: text("mute_reason"),
    mutedBy: uuid("muted_by"),
    /** When and why a mute was ended before its time by what was found; null once it is muted anew. */
    muteEndedAt: instant("mute_ended_at"),
    muteEnding: text("mute_ending").$type<MuteEnding>(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.id] }), unique("findings_key").on(t.tenant, t.kind, t.target, t.object)],
);

/** Figures as they stood at the end of each day, and now: what a list cannot tell any more. The list itself is counted, not looked up here. */
export const counters = charter.table(
  "counters",
  {
    tenant: tenant(),
    /** `finding.<kind>`: open findings that are not muted. Any other: a figure of provisioning debt (lib/domain/debt.ts). */
    name: text("name").notNull(),
    /** `all`, or a team's id. */
    scope: text("scope").notNull(),
    /** Day in UTC by the business clock. */
    day: date("day").notNull(),
    value: bigint("value", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.name, t.scope, t.day] })],
);
