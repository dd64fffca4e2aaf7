import { readKnownPeople } from "#db/store/people.ts";
import { type RequestRow, readVerdicts, type VersionRow } from "#db/store/requests.ts";
import type { ApprovalAsk, Verdict } from "#lib/domain/approval.ts";
import type { Work } from "../run.ts";

export interface Judged {
  readonly request: RequestRow;
  readonly version: VersionRow;
  readonly stages: ApprovalAsk["stages"];
  readonly planDigest: string;
  /** Null once nothing is awaited any more: verdicts were in time when they were taken. */
  readonly deadline: Date | null;
  /** Id of a verdict that no worker has taken yet and that is looked at now. */
  readonly looking: string | null;
}

/** What the approval of one version is computed from: verdicts, who gave them as known now, and who may not. */
export async function approvalAsk(
  work: Work,
  of: Judged,
): Promise<ApprovalAsk & { readonly idOf: ReadonlyMap<Verdict, string> }> {
  const rows = await readVerdicts(work.tx, {
    request: of.request.id,
    version: of.version.version,
    looking: of.looking,
  });
  const askers = [of.request.requester, of.version.person].filter((id) => id !== null);
  const people = await readKnownPeople(work.tx, [...rows.map(({ person }) => person), ...askers]);
  const idOf = new Map<Verdict, string>();
  for (const row of rows) {
    const by = people.get(row.person);
    if (by !== undefined) idOf.set({ ...row, by }, row.id);
  }
  return {
    stages: of.stages,
    verdicts: [...idOf.keys()],
    version: of.version.version,
    planDigest: of.planDigest,
    askers: askers.map((id) => people.get(id)?.person ?? id),
    deadline: of.deadline ?? new Date(work.now.getTime() + 1),
    now: work.now,
    idOf,
  };
}
