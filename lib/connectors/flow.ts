import type { RequestKind } from "#lib/domain/charter.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { FlowStep } from "./connector.ts";
import { connectorOf } from "./registry.ts";

/** A retirement's last step where a secret is stored: the worker runs it at the vault, with the remover's login. */
export const forgetSecret = {
  name: "forget-secret",
  kind: "remove",
  title: "Delete its secret from the vault, with every version",
  afterHold: true,
} as const satisfies FlowStep;

/** A rotation's last step: also run by the worker at the vault, with the remover's login. Nothing depends on it. */
export const destroyOlder = {
  name: "destroy-old-secret",
  kind: "remove",
  title: "Destroy the older versions of its secret in the vault",
  afterHold: true,
} as const satisfies FlowStep;

/** What ends a request on something stored, whatever it is stored for. */
const atTheVault: { readonly [K in RequestKind]?: FlowStep } = { retire: forgetSecret, rotate: destroyOlder };

/** The ordered steps of a plan: the connector's own, and what a retirement or rotation of something stored ends with. Throws when no code for its kind is installed. */
export function flowOf(plan: Plan): readonly FlowStep[] {
  const connector = connectorOf(plan.connector);
  if (connector === undefined) throw new Error(`There is no target type ${plan.connector}.`);
  const own = connector.flow(plan.kind, plan);
  const last = plan.storage === null ? undefined : atTheVault[plan.kind];
  return last === undefined ? own : [...own, last];
}
