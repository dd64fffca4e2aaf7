import { readTaken, seeAgain, type Taken } from "#db/store/findings.ts";
import { type HeldTo, readHeldTo } from "#db/store/intents.ts";
import type { Target } from "#lib/connectors/connector.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Worker } from "../worker.ts";
import { intentOf, slotSeen } from "./observing.ts";

interface Looking {
  readonly name: string;
  readonly target: Target;
  readonly callsAt: (place: string) => Calls;
  readonly at: Date;
}

/**
 * Looks again where a request met something that was not ours and is over, so that nothing else looks there. What is still there
 * stays a finding; one whose name is free, or ours, is left to be closed. Which identities' findings stay.
 */
export async function stillTaken(worker: Worker, looking: Looking): Promise<readonly string[]> {
  const taken = await readTaken(worker.db, looking.name, looking.at);
  const held = await readHeldTo(
    worker.db,
    taken.map(({ identity }) => identity),
  );
  const stays: string[] = [];
  for (const one of taken) {
    const to = held.get(one.identity);
    const is = to === undefined ? "free" : await seen(worker, looking, { one, to });
    if (is !== "free") stays.push(one.identity);
    if (is === "taken") await seeAgain(worker.db, one.id, looking.at);
  }
  return stays;
}

type Is = "free" | "taken" | "unknown";

async function seen(
  worker: Worker,
  { name, target, callsAt }: Looking,
  { one, to }: { readonly one: Taken; readonly to: HeldTo },
): Promise<Is> {
  const { storage } = to.plan;
  if (storage !== null && one.object === `${storage.mount}/${storage.path}`) {
    const slot = await slotSeen(worker, storage, callsAt);
    if (slot === undefined) return "unknown";
    return slot === null || slot.custom.identity === one.identity ? "free" : "taken";
  }
  const { state } = await target.observe(intentOf(to), callsAt(name));
  return state === "unknown-yet" ? "unknown" : state === "not-ours" ? "taken" : "free";
}
