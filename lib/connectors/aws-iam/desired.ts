import { z } from "zod";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan } from "#lib/domain/plan.ts";
import { kinds } from "./plan.ts";
import type { Tags } from "./tags.ts";

const document = z.record(z.string(), z.json());
const roleSchema = z.object({
  path: z.string(),
  boundary: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  trust: document,
  sessionSeconds: z.number(),
});
const userSchema = roleSchema.omit({ trust: true, sessionSeconds: true });
const policySchema = z.object({ document });

/** What the plan wants of a role or user, read back from its sealed JSON. */
export interface Desired {
  readonly path: string;
  readonly boundary: string | null;
  readonly tags: Tags;
  /** Roles only. */
  readonly trust: JsonObject | null;
  readonly sessionSeconds: number;
  readonly permissions: JsonObject;
}

/** Throws when the plan is not one of this connector's: plans are sealed, so that is a defect, not bad input. */
export function desiredOf(plan: Plan): Desired {
  const of = (kind: string) => plan.objects.find((object) => object.kind === kind)?.desired;
  const { document: permissions } = policySchema.parse(of(kinds.policy));
  const role = of(kinds.role);
  if (role !== undefined) return { ...roleSchema.parse(role), permissions };
  return { ...userSchema.parse(of(kinds.user)), trust: null, sessionSeconds: 0, permissions };
}
