import { type AccessChange, compareAccess } from "#lib/domain/access.ts";
import type { PlannedObject } from "#lib/domain/plan.ts";
import type { Connector } from "./connector.ts";

/** What the second set of planned objects allows that the first does not, and the other way round. */
export async function accessBetween(
  connector: Pick<Connector<unknown, unknown>, "access" | "covers">,
  before: readonly PlannedObject[],
  after: readonly PlannedObject[],
): Promise<AccessChange> {
  const [held, wanted] = await Promise.all([connector.access(before), connector.access(after)]);
  return compareAccess(held, wanted, connector.covers);
}
