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

/** The ordered steps of a plan: the connector's own, and what every retirement of something stored ends with. Throws when no code for its kind is installed. */
export function flowOf(plan: Plan): readonly FlowStep[] {
  const connector = connectorOf(plan.connector);
  if (connector === undefined) throw new Error(`There is no target type ${plan.connector}.`);
  const own = connector.flow(plan.kind, plan);
  return plan.kind === "retire" && plan.storage !== null ? [...own, forgetSecret] : own;
}
