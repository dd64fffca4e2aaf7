import { readKnownPeople } from "#db/store/people.ts";
import { type RequestRow, readVerdicts, type VerdictRow, type VersionRow } from "#db/store/requests.ts";
import type { ApprovalAsk, Verdict } from "#lib/domain/approval.ts";
import type { Assurance } from "#lib/domain/signature.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Installation, Reading } from "./draw-plan.ts";
import { readGesture, verdictAct } from "./signed.ts";

/** Not *now*: a clock that was set back puts verdicts that were in time ahead of it. */
const never = new Date(8_640_000_000_000_000);

export interface Judged {
  readonly request: RequestRow;
  readonly version: VersionRow;
  readonly stages: ApprovalAsk["stages"];
  readonly planDigest: string;
  /** Null once nothing is awaited any more: verdicts were in time when they were taken. */
  readonly deadline: Date | null;
  /** What the decision asks of a verdict, and where its gesture must have been made. */
  readonly assurance: Assurance | null;
  readonly installation: Installation;
  /** Id of a verdict that no worker has taken yet and that is looked at now. */
  readonly looking: string | null;
}

/** What the approval of one version is computed from: verdicts with their rows' ids, who gave them as known now, and who may not. */
export async function readApprovalAsk(
  reading: Reading,
  { request, version, stages, planDigest, deadline, ...judged }: Judged,
): Promise<{ readonly ask: ApprovalAsk; readonly idOf: ReadonlyMap<Verdict, string> }> {
  const { tx, now } = reading;
  const rows = await readVerdicts(tx, { request: request.id, version: version.version, looking: judged.looking });
  const askers = [request.requester, version.person].filter((id) => id !== null);
  const { owner } = version.charter;
  const people = await readKnownPeople(tx, [...rows.map(({ person }) => person), ...askers, ...[owner].filter(isUuid)]);
  const idOf = new Map<Verdict, string>();
  for (const row of rows) {
    const by = people.get(row.person);
    if (by !== undefined) idOf.set({ ...row, by, unsigned: await whyUnsigned(reading, judged, row) }, row.id);
  }
  const ask = {
    ...{ stages, planDigest, now, verdicts: [...idOf.keys()], version: version.version },
    askers: askers.map((id) => people.get(id)?.person ?? id),
    owner: people.get(owner)?.person ?? owner,
    deadline: deadline ?? never,
  };
  return { ask, idOf };
}

async function whyUnsigned(
  reading: Reading,
  { assurance, installation }: Pick<Judged, "assurance" | "installation">,
  row: VerdictRow,
): Promise<string | null> {
  if (assurance === null) return null;
  const { person, assertion } = row;
  const gesture = await readGesture(reading, installation, { act: verdictAct(row), person, assertion });
  return "why" in gesture ? gesture.why : null;
}
