import type { Tx } from "#db/client.ts";
import { databaseClock } from "#db/store/audit.ts";
import { readKnownPeople } from "#db/store/people.ts";
import { type RequestRow, readVerdicts, readVersion, type StateRow } from "#db/store/requests.ts";
import { type Approver, mayDecide } from "#lib/domain/approval.ts";
import { type Outcome, refuse } from "#lib/domain/refusal.ts";

/** A request as somebody sees it who would decide on it. */
export interface Deciding {
  readonly request: RequestRow;
  readonly state: StateRow;
}

/**
 * Whether a person may decide now, stage by stage, by the rules that the worker counts with: not who asked for it, role held
 * and proved, not decided before. Source: the worker's rows alone, never the session's roles.
 */
export async function readMayDecide(
  tx: Tx,
  { request, state }: Deciding,
  person: string,
): Promise<(stage: number) => Outcome<null>> {
  const now = await databaseClock(tx);
  const { requestVersion: version } = state;
  const asked = await readVersion(tx, request.id, version);
  const rows = await readVerdicts(tx, { request: request.id, version, looking: null });
  const askers = [request.requester, asked?.person].filter((id) => typeof id === "string");
  const people = await readKnownPeople(tx, [person, ...askers, ...rows.map((row) => row.person)]);
  const by: Approver | undefined = people.get(person);
  const verdicts = rows.flatMap((row) => {
    const giver = people.get(row.person);
    return giver === undefined ? [] : [{ ...row, by: giver }];
  });
  const ask = {
    stages: state.stages,
    verdicts,
    version,
    planDigest: state.planDigest ?? "",
    askers: askers.map((id) => people.get(id)?.person ?? id),
    deadline: state.deadline ?? now,
    now,
  };
  return (stage) =>
    by === undefined
      ? refuse({ code: "forbidden", sentence: "You are nobody the directory knows." })
      : mayDecide(by, stage, ask);
}
