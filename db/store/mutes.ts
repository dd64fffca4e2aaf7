import { and, eq, type SQL, sql } from "drizzle-orm";
import { asFindingKind, type FindingKind, type MuteEnding, type RecordFinding, wordsOf } from "#lib/domain/finding.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Queries, Tx } from "../client.ts";
import { findings } from "../schema/findings.ts";
import { conditions, type FindingMeasures } from "./finding-conditions.ts";

/** A finding as a mute asks of it, locked; null when there is none. `owner` is its identity's. */
export async function lockFinding(tx: Tx, id: string) {
  const [row] = await tx
    .select({
      id: findings.id,
      kind: findings.kind,
      sentence: findings.sentence,
      identity: findings.identity,
      closedAt: findings.closedAt,
      owner: sql<
        string | null
      >`(select i.owner from charter.identities i where i.tenant = 'main' and i.id = ${findings.identity})`,
    })
    .from(findings)
    .where(and(eq(findings.tenant, "main"), eq(findings.id, id)))
    .for("update");
  return row ?? null;
}

export interface Mute {
  readonly until: Date;
  readonly reason: string;
  readonly by: string;
}
/** Mutes a finding, or ends its mute. */
export const muteFinding = (tx: Tx, id: string, mute: Mute | null) =>
  tx
    .update(findings)
    .set({
      mutedUntil: mute?.until ?? null,
      muteReason: mute?.reason ?? null,
      mutedBy: mute?.by ?? null,
      muteEndedAt: null,
      muteEnding: null,
    })
    .where(and(eq(findings.tenant, "main"), eq(findings.id, id)));

/** What a finding's evidence says, without what moves by itself: a mute lasts while this is the same. */
export const saidOf = (kind: FindingKind, evidence: SQL): SQL => {
  const said = wordsOf(kind).says.map((name) => sql`${name}::text, ${evidence} -> ${name}::text`);
  return said.length === 0 ? sql`'{}'::jsonb` : sql`jsonb_build_object(${sql.join(said, sql`, `)})`;
};

/** A mute that no longer covers its finding, and why. */
export interface Outlived {
  readonly finding: string;
  readonly why: MuteEnding;
}
interface OutlivedRow extends Record<string, unknown> {
  readonly finding: string;
  readonly closed: boolean;
}
const asOutlived = ({ finding, closed }: OutlivedRow): Outlived => ({ finding, why: closed ? "reopened" : "changed" });

/** Mutes in force of findings of one kind that come back at `at`, or of which the records now say something else. */
export async function readOutlived(
  db: Queries,
  kind: RecordFinding,
  measures: FindingMeasures,
): Promise<readonly Outlived[]> {
  const { from, where, evidence } = conditions[kind](measures);
  const at = sql`${measures.at.toISOString()}::timestamptz`;
  const rows = await db.execute<OutlivedRow>(sql`
    with muted as materialized (select f.* from charter.findings f where f.tenant = 'main' and f.kind = ${kind} and f.muted_until > ${at}),
    held as (
      select i.target, i.object_name, ${evidence} as evidence from charter.identities i ${from}
      where i.tenant = 'main' and i.id in (select identity from muted) and ${where})
    select f.id as finding, f.closed_at is not null as closed
    from muted f join held h on h.target = f.target and h.object_name = f.object
    where f.closed_at is not null or ${saidOf(kind, sql`f.evidence`)} <> ${saidOf(kind, sql`h.evidence`)}`);
  return rows.map(asOutlived);
}

/** The mute in force of one finding that is seen at `at` with this evidence, where it comes back or its evidence says something else. */
export async function readOutlivedBy(
  db: Queries,
  seen: { readonly kind: string; readonly target: string; readonly object: string; readonly evidence: JsonObject },
  at: Date,
): Promise<Outlived | null> {
  const kind = asFindingKind(seen.kind);
  if (kind === null) return null;
  const evidence = sql`${JSON.stringify(seen.evidence)}::jsonb`;
  const [row] = await db.execute<OutlivedRow>(sql`
    select f.id as finding, f.closed_at is not null as closed from charter.findings f
    where f.tenant = 'main' and f.kind = ${kind} and f.target = ${seen.target} and f.object = ${seen.object}
      and f.muted_until > ${at.toISOString()}::timestamptz
      and (f.closed_at is not null or ${saidOf(kind, sql`f.evidence`)} <> ${saidOf(kind, evidence)})`);
  return row === undefined ? null : asOutlived(row);
}

/** Ends a mute in force; what the finding is and which ask muted it, null when none is in force any more. */
export async function endMute(tx: Tx, { finding, why }: Outlived, at: Date) {
  const [row] = await tx
    .update(findings)
    .set({ mutedUntil: null, muteEndedAt: at, muteEnding: why })
    .where(
      and(
        eq(findings.tenant, "main"),
        eq(findings.id, finding),
        sql`${findings.mutedUntil} > ${at.toISOString()}::timestamptz`,
      ),
    )
    .returning({
      kind: findings.kind,
      identity: findings.identity,
      sentence: findings.sentence,
      ask: sql<string | null>`(select a.id from charter.asks a
        where a.tenant = 'main' and a.kind = 'mute' and a.subject = ${finding} order by a.received_at desc limit 1)`,
    });
  return row ?? null;
}
