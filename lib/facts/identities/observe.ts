import { lockIdentity, updateIdentity } from "#db/store/identities.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Command } from "../run.ts";

export interface Observation {
  readonly identity: string;
  /** Version of the row when the target was asked: what changed meanwhile is looked at next time. */
  readonly version: number;
  /** How the objects differ from the plan, in sentences; [] as planned. */
  readonly differences: readonly string[];
}

/** Keeps what was read back from an identity's target. Refuses when the identity has changed since it was looked at. */
export const keepObservation: Command<Observation, null> = async (work, { identity, version, differences }) => {
  const row = await lockIdentity(work.tx, identity);
  if (row === null || row.version !== version) {
    return refuse({ code: "conflict", sentence: "The identity has changed since it was looked at." });
  }
  const now = await updateIdentity(work.tx, identity, { observedAt: work.now, differences: [...differences] });
  const detail = { differences: [...differences] };
  return {
    ok: await work.record(null, { noun: "identity", id: identity, version: now, action: "identity.observed", detail }),
  };
};
