import { moveState, type NewState, type StateRow } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { PolicyFigures } from "#lib/domain/decision.ts";
import { later } from "#lib/domain/instant.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { RequestState } from "#lib/domain/request.ts";
import type { Work } from "../run.ts";

/** What a request waits for next, and until when by the business clock. */
export interface Stand {
  readonly state: RequestState;
  readonly deadline: Date | null;
}

/** Approval first, then the owner's acceptance, then release. */
export function standAfter(
  open: { readonly approval: boolean; readonly acceptance: boolean },
  figures: Pick<PolicyFigures, "stageHours" | "acceptanceDays">,
  now: Date,
): Stand {
  if (open.approval) return { state: "awaiting-approval", deadline: later(now, { hours: figures.stageHours }) };
  if (open.acceptance) return { state: "awaiting-acceptance", deadline: later(now, { days: figures.acceptanceDays }) };
  return { state: "approved", deadline: null };
}

/** Where a request goes, and what its entry says beside. */
export type Move = NewState & { readonly why?: JsonObject };

/**
 * Moves a request and returns the entry that must go with it. `before` is its locked state, null when no worker has received
 * it yet. Throws where the state may not follow.
 */
export async function moveRequest(work: Work, before: StateRow | null, { why, ...to }: Move): Promise<Entry> {
  const version = await moveState(work.tx, before, { ...to, since: work.now });
  const detail: JsonObject = { from: before?.state ?? "received", requestVersion: to.requestVersion, ...why };
  return { noun: "request-state", id: to.request, version, action: `request-state.${to.state}`, detail };
}
