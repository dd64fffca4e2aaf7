import { cancelSteps, finishIntentRow, type IntentRow, lockOpenIntents, readSteps } from "#db/store/intents.ts";
import { lockState } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { Work } from "../run.ts";
import type { Releasing } from "./releasing.ts";
import { moveRequest } from "./stand.ts";

/** A renewal ends the hold of a retirement: what was to follow it is taken back. Null once removal has begun; [] when nothing is held. */
export async function endHold(work: Work, { request, examined }: Releasing): Promise<readonly Entry[] | null> {
  if (request.kind !== "renew") return [];
  const entries: Entry[] = [];
  for (const retirement of await lockOpenIntents(work.tx, examined.plan.identity)) {
    if (retirement.kind !== "retire") continue;
    if ((await phaseOf(work, retirement)) === "held") entries.push(...(await takeBack(work, retirement, request.id)));
    else return null;
  }
  return entries;
}

/** A retirement first disables, then holds, then removes. */
export async function phaseOf(work: Work, retirement: IntentRow): Promise<"disabling" | "held" | "removing"> {
  const steps = await readSteps(work.tx, retirement.id);
  if (steps.some(({ kind, state }) => kind === "disable" && state !== "done")) return "disabling";
  const rest = steps.filter(({ kind }) => kind !== "disable");
  return rest.every(({ state }) => state === "waiting" || state === "ready") ? "held" : "removing";
}

async function takeBack(work: Work, retirement: IntentRow, renewedBy: string): Promise<readonly Entry[]> {
  const why = { renewedBy };
  const steps = await cancelSteps(work.tx, retirement.id);
  const version = await finishIntentRow(work.tx, retirement.id, { state: "failed", finishedAt: work.now });
  const state = await lockState(work.tx, retirement.request);
  const about = { request: retirement.request, requestVersion: retirement.requestVersion, deadline: null };
  const detail = { sentence: "It was renewed during its hold." };
  return [
    ...steps.map(
      ({ id, version: step }): Entry => ({ noun: "step", id, version: step, action: "step.cancelled", detail: why }),
    ),
    { noun: "intent", id: retirement.id, version, action: "intent.cancelled", detail: why },
    await moveRequest(work, state, { ...about, state: "withdrawn", detail, why }),
  ];
}
