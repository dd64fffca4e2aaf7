import { and, eq, isNull, lt, sql } from "drizzle-orm";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Discrepancy } from "#lib/domain/reconciliation.ts";
import type { Db, Tx } from "../client.ts";
import { findings } from "../schema/configuration.ts";
import { identities } from "../schema/inventory.ts";

export interface SeenFinding {
  readonly id: string;
  readonly kind: Discrepancy;
  readonly identity: string | null;
  readonly target: string;
  /** The object at the target that it is about; with target and kind it is the finding's key. */
  readonly object: string;
  readonly sentence: string;
  readonly evidence: JsonObject;
}

/** Opens a finding, or says that one is still so. One that was closed and comes back is opened anew. */
export const seeFinding = (db: Db | Tx, row: SeenFinding, at: Date) =>
  db
    .insert(findings)
    .values({ ...row, openedAt: at, seenAt: at })
    .onConflictDoUpdate({
      target: [findings.tenant, findings.kind, findings.target, findings.object],
      set: {
        sentence: row.sentence,
        evidence: row.evidence,
        identity: row.identity,
        seenAt: at,
        openedAt: sql`case when ${findings.closedAt} is null then ${findings.openedAt} else excluded.opened_at end`,
        closedAt: null,
      },
    });

/** Closes what a completed sweep of a target no longer saw. Squatters are closed by nobody but a person's next look. */
export const closeUnseen = (db: Db | Tx, target: string, sweptSince: Date) =>
  db
    .update(findings)
    .set({ closedAt: sweptSince })
    .where(
      and(
        eq(findings.tenant, "main"),
        eq(findings.target, target),
        isNull(findings.closedAt),
        lt(findings.seenAt, sweptSince),
        sql`${findings.kind} <> 'squatter'`,
      ),
    );

/** Identities on a target that should exist there now: lived, not retired, nothing running on them. */
export const readSettled = (db: Db, target: string) =>
  db
    .select({
      id: identities.id,
      objectName: identities.objectName,
      state: identities.state,
      version: identities.version,
      observedAt: identities.observedAt,
      differences: identities.differences,
      firstUseAt: identities.firstUseAt,
    })
    .from(identities)
    .where(
      and(
        eq(identities.tenant, "main"),
        eq(identities.target, target),
        sql`${identities.state} in ('live', 'suspended', 'retiring')`,
        sql`not exists (select 1 from charter.intents i where i.tenant = 'main' and i.identity = ${identities.id}
          and i.state in ('running', 'undoing') and i.kind <> 'retire')`,
      ),
    );
