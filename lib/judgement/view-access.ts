import { accessBetween } from "#lib/connectors/access-between.ts";
import { formerObjects } from "#lib/connectors/former.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { AccessLine } from "#lib/domain/access.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { Reach } from "#lib/domain/reach.ts";

/** Lines in full up to this many; the rest is counted. */
const mostLines = 200;

/** One side of a change of access. */
export interface AccessSide {
  readonly count: number;
  readonly lines: readonly AccessLine[];
}
/** A change of access as people read it: what it may do before and after, and what differs. */
export interface AccessView {
  readonly before: Reach;
  readonly after: Reach;
  readonly added: AccessSide;
  readonly takenAway: AccessSide;
}

/** What a plan changes of its identity's access, from the plan alone; null for a plan that changes none. */
export async function viewAccess(plan: Plan): Promise<AccessView | null> {
  const connector = connectorOf(plan.connector);
  if (plan.kind !== "change-access" || connector === undefined) return null;
  const former = formerObjects(plan);
  const { added, takenAway } = await accessBetween(connector, former, plan.objects);
  const [before, after] = await Promise.all([connector.reach(former), connector.reach(plan.objects)]);
  return { before, after, added: side(added), takenAway: side(takenAway) };
}

const side = (lines: readonly AccessLine[]): AccessSide => ({ count: lines.length, lines: lines.slice(0, mostLines) });
