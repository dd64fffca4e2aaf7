import { z } from "zod";
import { classifications, credentialModels, environments } from "#lib/domain/charter.ts";

/** One question of a form. At most four per blueprint; `environment` is asked only where the workload does not tell. */
const questionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("github"), label: z.string(), help: z.string() }),
  z.strictObject({ kind: z.literal("workload"), label: z.string(), help: z.string(), placeholder: z.string() }),
  z.strictObject({
    kind: z.literal("reach"),
    label: z.string(),
    help: z.string(),
    packs: z.array(z.string()).min(1),
    paste: z.string().nullable(),
  }),
  z.strictObject({ kind: z.literal("purpose"), label: z.string(), help: z.string() }),
  z.strictObject({ kind: z.literal("environment"), label: z.string(), help: z.string() }),
]);

/** A kind of request: form, defaults and guard rails as data, versioned by its digest. */
export const blueprintSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{3,60}$/),
  title: z.string().max(60),
  /** What the workload is: groups the cards. */
  group: z.enum(["pipeline", "service", "job", "database-client", "third-party", "ai-agent"]),
  summary: z.string().max(200),
  connector: z.string(),
  credential: z.enum(credentialModels),
  /** Whether a secret is made and must be stored. */
  stores: z.boolean(),
  questions: z.array(questionSchema).max(4),
  defaults: z.strictObject({
    rotateEveryDays: z.number().int().positive().nullable(),
    riskAnalysis: z.string().nullable(),
    unusedDays: z.number().int().positive().nullable(),
    classification: z.enum(classifications).nullable(),
  }),
  guardRails: z.strictObject({ environments: z.array(z.enum(environments)).min(1) }),
  /** Passed to the connector's `specFrom` untouched. */
  shape: z.record(z.string(), z.json()),
});
export type Blueprint = z.infer<typeof blueprintSchema>;

/** Data with parameters that becomes permissions: "write to a bucket". `grants` is in the connector's own terms, `{name}` marks a parameter. */
export const reachPackSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{3,60}$/),
  connector: z.string(),
  title: z.string().max(60),
  summary: z.string().max(160),
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      label: z.string(),
      placeholder: z.string(),
      pattern: z.string(),
      mend: z.string(),
    }),
  ),
  grants: z
    .array(z.strictObject({ actions: z.array(z.string()).min(1), resources: z.array(z.string()).min(1) }))
    .min(1),
});
export type ReachPack = z.infer<typeof reachPackSchema>;
