import { accessBetween } from "#lib/connectors/access-between.ts";
import { formerObjects } from "#lib/connectors/former.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { AccessLine } from "#lib/domain/access.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { Level, Reach } from "#lib/domain/reach.ts";

/** Lines in full up to this many, what matters most first; the rest is counted. */
const mostLines = 200;

/** One side of a change of access. */
export interface AccessSide {
  readonly count: number;
  readonly lines: readonly AccessLine[];
  /** How many of them each service has at each level, the ones beyond the lines too. */
  readonly counts: readonly (Pick<AccessLine, "service" | "level"> & { readonly count: number })[];
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
  return { before, after, added: side(added, after), takenAway: side(takenAway, before) };
}

/** Nobody knows what an unknown one does, so it stands with those that change permissions. */
const weights: readonly (Level | null)[] = [null, "permissions", "write", "tagging", "read", "list"];

/** One side of what the reach says: parts of a way to more power first, then by level. */
function side(lines: readonly AccessLine[], { escalations }: Reach): AccessSide {
  const ways = new Set(escalations.flatMap(({ actions }) => actions.map((action) => action.toLowerCase())));
  const weight = ({ action, level }: AccessLine): number =>
    ways.has(action.toLowerCase()) ? -1 : weights.indexOf(level);
  const first = lines.toSorted((a, b) => weight(a) - weight(b));
  const alike = Map.groupBy(lines, ({ service, level }) => `${level} ${service}`);
  const counts = [...alike.values()].flatMap((some) =>
    some.slice(0, 1).map(({ service, level }) => ({ service, level, count: some.length })),
  );
  return { count: lines.length, lines: first.slice(0, mostLines), counts };
}
