import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Queries } from "../client.ts";
import { attestations } from "../schema/attestation.ts";
import { people } from "../schema/directory.ts";
import { identities } from "../schema/inventory.ts";
import { identitySight } from "./identity-sight.ts";

const batch = 500;

/** Every attestation of identities in sight of the viewer, oldest first, a batch at a time. */
export async function* readAttestations(db: Queries, viewer: Viewer) {
  let after: SQL | undefined;
  for (;;) {
    const rows = await db
      .select({
        id: attestations.id,
        name: identities.name,
        person: sql<string>`coalesce((select ${people.name} from ${people} where ${people.tenant} = 'main' and ${people.id} = ${attestations.person}), '')`,
        standing: attestations.standing,
        answer: attestations.answer,
        reason: attestations.reason,
        evidence: attestations.evidence,
        dueAt: attestations.dueAt,
        answeredAt: attestations.answeredAt,
        nextDueAt: attestations.nextDueAt,
        statement: attestations.statement,
        signature: attestations.signature,
        place: sql<string>`to_char(${attestations.answeredAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
      })
      .from(attestations)
      .innerJoin(identities, and(eq(identities.tenant, attestations.tenant), eq(identities.id, attestations.identity)))
      .where(and(eq(attestations.tenant, "main"), identitySight(viewer), after))
      .orderBy(asc(attestations.answeredAt), asc(attestations.id))
      .limit(batch);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < batch) return;
    after = sql`(${attestations.answeredAt}, ${attestations.id}) > (${last.place}::timestamptz, ${last.id}::uuid)`;
  }
}
export type ExportedAttestation = (ReturnType<typeof readAttestations> extends AsyncGenerator<infer Rows>
  ? Rows
  : never)[number];
