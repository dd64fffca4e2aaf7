import { z } from "zod";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan, PlannedObject } from "#lib/domain/plan.ts";

const former = z.array(
  z.object({ kind: z.string(), name: z.string(), desired: z.record(z.string(), z.json()) }).readonly(),
);

/** Objects as a change of access seals them in its plan: what they are, without words for people. */
export const asFormer = (objects: readonly PlannedObject[]): readonly JsonObject[] =>
  objects.map(({ kind, name, desired }) => ({ kind, name, desired }));

/** The objects as they were before a plan's change of access, sealed in it; [] in a plan that changes none. */
export const formerObjects = ({ change }: Pick<Plan, "change">): readonly PlannedObject[] =>
  former.parse(change.former ?? []).map((object) => ({ ...object, title: object.kind, details: [] }));

/** The same plan with the objects as they were before: what a step that is taken back goes back to. */
export const formerPlan = (plan: Plan): Plan => ({ ...plan, objects: formerObjects(plan) });
