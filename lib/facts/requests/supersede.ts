import { cancelSteps, finishIntentRow, type IntentRow, lockOpenIntents, readSteps } from "#db/store/intents.ts";
import { lockState } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import { isTaken, meeting, type Phase, phaseOf } from "#lib/domain/meeting.ts";
import type { Work } from "../run.ts";
import type { Releasing } from "./releasing.ts";
import { moveRequest } from "./stand.ts";

/**
 * What a released request takes the place of on its identity is taken back: a renewal ends the hold of a retirement, a retirement
 * or a suspension ends what would give power. Null when one of them can no longer be; [] when there is nothing.
 */
export async function supersede(work: Work, { request, examined }: Releasing): Promise<readonly Entry[] | null> {
  if (request.kind === "provision") return [];
  const entries: Entry[] = [];
  for (const other of await lockOpenIntents(work.tx, examined.plan.identity)) {
    const met = meeting(request.kind, { kind: other.kind, phase: await phaseIn(work, other) });
    if (met === "waits") return null;
    if (met !== "ends") continue;
    const ended = await takeBack(work, other, request);
    if (ended === null) return null;
    entries.push(...ended);
  }
  return entries;
}

export const phaseIn = async (work: Work, intent: IntentRow): Promise<Phase> =>
  phaseOf(intent.kind, await readSteps(work.tx, intent.id));

const endedBy: { readonly [K in RequestKind]?: string } = {
  renew: "It was renewed during its hold.",
  suspend: "It was suspended before this was done.",
  retire: "It was retired before this was done.",
};

/** Null when a worker has taken one of its steps meanwhile: from then on none can be, since the rest are cancelled first. */
async function takeBack(
  work: Work,
  other: IntentRow,
  by: { readonly id: string; readonly kind: RequestKind },
): Promise<readonly Entry[] | null> {
  const why = { endedBy: by.id };
  const steps = await cancelSteps(work.tx, other.id);
  if (isTaken(await readSteps(work.tx, other.id))) return null;
  const version = await finishIntentRow(work.tx, other.id, { state: "failed", finishedAt: work.now });
  const state = await lockState(work.tx, other.request);
  const about = { request: other.request, requestVersion: other.requestVersion, deadline: null };
  const detail = { sentence: endedBy[by.kind] ?? "Another request took its place." };
  return [
    ...steps.map(
      ({ id, version: step }): Entry => ({ noun: "step", id, version: step, action: "step.cancelled", detail: why }),
    ),
    { noun: "intent", id: other.id, version, action: "intent.cancelled", detail: why },
    await moveRequest(work, state, { ...about, state: "withdrawn", detail, why }),
  ];
}
