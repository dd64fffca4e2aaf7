import { readActiveBundle } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { countFindings } from "#db/store/counters.ts";
import { refreshFindings, weighDiscrepancies } from "#db/store/findings.ts";
import { readOutlived } from "#db/store/mutes.ts";
import { connectors } from "#lib/connectors/registry.ts";
import { findingKinds, recordFindings } from "#lib/domain/finding.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import type { Worker } from "../worker.ts";
import { endOutlived } from "./mutes.ts";

/**
 * Looks at the records for what is wrong: opens findings whose condition holds by now, closes those whose does not, weighs what
 * the reconciler found, and counts the day. How many it wrote or closed; nothing without an active policy, whose figures it needs.
 */
export async function findFindings(worker: Pick<Worker, "db" | "newId" | "changed">): Promise<number> {
  const { db } = worker;
  const bundle = await readActiveBundle(db);
  if (bundle === null) return 0;
  const { expiringDays, exceptionDays } = figuresOf(bundle).findings;
  const federating = connectors.filter(({ capabilities }) => capabilities.has("federate")).map(({ kind }) => kind);
  const at = await databaseClock(db);
  let moved = 0;
  for (const kind of recordFindings) {
    const measures = { at, expiringDays, exceptionDays, federating };
    await endOutlived(worker, await readOutlived(db, kind, measures));
    const { written, closed } = await refreshFindings(db, kind, measures);
    moved += written + closed;
  }
  moved += await weighDiscrepancies(db);
  await countFindings(db, at, findingKinds);
  if (moved > 0) worker.changed();
  return moved;
}
