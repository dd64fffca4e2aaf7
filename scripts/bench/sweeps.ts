import { readCoverage } from "#db/read/attestations.ts";
import { databaseClock } from "#db/store/audit.ts";
import { countFindings } from "#db/store/counters.ts";
import { refreshFindings, weighDiscrepancies } from "#db/store/findings.ts";
import { readConditionsMet } from "#db/store/retirements.ts";
import { connectors } from "#lib/connectors/registry.ts";
import { findingKinds, recordFindings } from "#lib/domain/finding.ts";
import { keepDebt } from "#lib/worker/sweeps/debt.ts";
import type { Ground } from "./ground.ts";
import { type Line, median, timed } from "./measure.ts";

const measures = {
  expiringDays: 30,
  exceptionDays: 14,
  federating: connectors.filter(({ capabilities }) => capabilities.has("federate")).map(({ kind }) => kind),
};

/**
 * What the worker asks of the whole inventory again and again, and the coverage of attestations: ms of a pass that finds nothing
 * new, beside reading every row of the table once; `first-ms` is the pass before those, which in a freshly seeded database writes all.
 */
export async function benchSweeps(ground: Ground, rounds: number): Promise<readonly Line[]> {
  const { db } = ground.worker;
  const at = await databaseClock(db);
  const silent = { info: () => undefined, fault: () => undefined };
  const passes = {
    ...Object.fromEntries(
      recordFindings.map((kind) => [`findings.${kind}`, () => refreshFindings(db, kind, { at, ...measures })]),
    ),
    "findings.discrepancies": () => weighDiscrepancies(db),
    "findings.counts": () => countFindings(db, at, findingKinds),
    debt: () => keepDebt({ db, changed: () => undefined, log: silent }),
    conditions: () => readConditionsMet(db, { graceDays: 30, limit: 200 }),
    coverage: () =>
      readCoverage(ground.web.db, { id: "00000000-0000-4000-8000-000000000000", roles: ["security"], teams: [] }),
  };
  const whole = () => ground.admin`select sum(pg_column_size(i)) from charter.identities i`;
  const read: number[] = [];
  const lines: Line[] = [];
  for (const [name, pass] of Object.entries(passes)) {
    const first = await timed(pass);
    const later: number[] = [];
    for (let round = 0; round < rounds; round += 1) later.push(await timed(pass));
    read.push(await timed(whole));
    const peer = { name: "every-row-read-ms", value: median(read) };
    lines.push({ name: `sweeps.${name}`, value: median(later), unit: "ms", peer, also: { "first-ms": first } });
  }
  return lines;
}
