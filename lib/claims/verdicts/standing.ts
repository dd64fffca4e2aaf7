import type { Tx } from "#db/client.ts";
import { readInstallation } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { readKnownPeople } from "#db/store/people.ts";
import { type RequestRow, readVersion, type StateRow } from "#db/store/requests.ts";
import { mayDecide } from "#lib/domain/approval.ts";
import { type Outcome, refuse } from "#lib/domain/refusal.ts";
import { readApprovalAsk } from "#lib/judgement/approval-ask.ts";
import { noSuchRequest, noWorker } from "../refusals.ts";

/** A request as somebody sees it who would decide on it. */
export interface Deciding {
  readonly request: RequestRow;
  readonly state: StateRow;
}

/**
 * Whether a person may decide now, stage by stage, by the rules that the worker counts with: neither who asked for it nor its
 * owner, role held and proved, not decided before. Source: the worker's rows alone, never the session's roles.
 */
export async function readMayDecide(
  tx: Tx,
  { request, state }: Deciding,
  person: string,
): Promise<(stage: number) => Outcome<null>> {
  const version = await readVersion(tx, request.id, state.requestVersion);
  if (version === null) return () => noSuchRequest;
  const installation = await readInstallation(tx);
  if (installation === null) return () => noWorker;
  const { stages, deadline, assurance } = state;
  const about = { request, version, stages, deadline, planDigest: state.planDigest ?? "", assurance };
  const { ask } = await readApprovalAsk(
    { tx, now: await databaseClock(tx) },
    { ...about, installation, looking: null },
  );
  const by = (await readKnownPeople(tx, [person])).get(person);
  return (stage) =>
    by === undefined
      ? refuse({ code: "forbidden", sentence: "You are nobody the directory knows." })
      : mayDecide(by, stage, ask);
}
