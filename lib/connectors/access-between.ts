import { type AccessChange, compareAccess } from "#lib/domain/access.ts";
import type { PlannedObject } from "#lib/domain/plan.ts";
import type { Connector } from "./connector.ts";

/** What the second set of planned objects allows that the first does not, and the other way round. */
export async function accessBetween(
  connector: Pick<Connector<unknown, unknown>, "access" | "later" | "covers">,
  before: readonly PlannedObject[],
  after: readonly PlannedObject[],
): Promise<AccessChange> {
  const [held, wanted] = await Promise.all([connector.access(before), connector.access(after)]);
  const change = compareAccess(held, wanted, connector.covers);
  if (connector.later === undefined) return change;
  const [was, is] = await Promise.all([connector.later(before), connector.later(after)]);
  return { ...change, added: [...change.added, ...compareAccess(was, is, connector.covers).added] };
}
