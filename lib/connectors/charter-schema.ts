import { z } from "zod";
import {
  type Charter,
  classifications,
  credentialModels,
  environments,
  type Origins,
  subjectFormats,
} from "#lib/domain/charter.ts";
import { asRefusals, type Outcome, ok, type Refusal } from "#lib/domain/refusal.ts";

const text = (max: number) => z.string().min(1).max(max);
const days = z.number().int().min(1).max(3650);
const instant = z.iso.datetime();
const uuid = z.uuid();

const github = z.strictObject({
  kind: z.literal("github"),
  repository: text(140),
  ownerId: text(20),
  repositoryId: text(20),
  subject: z.union([z.strictObject({ environment: text(255) }), z.strictObject({ branch: text(255) })]),
  formats: z.array(z.enum(subjectFormats)).min(1).max(2),
  formatsUntil: instant.optional(),
  verified: z.boolean(),
});
const workload = z.strictObject({ kind: z.literal("workload"), runsOn: text(200) });

export const retirementCondition = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("unused"), days }),
  z.strictObject({ kind: z.literal("repository-archived") }),
  z.strictObject({ kind: z.literal("service-decommissioned") }),
  z.strictObject({ kind: z.literal("owner-gone") }),
]);
export const backup = z.union([z.strictObject({ person: uuid }), z.strictObject({ team: uuid })]);
export const datedException = z.strictObject({ reason: text(500), endsAt: instant, owner: uuid });
export const rotation = z.strictObject({ everyDays: days, riskAnalysis: text(200) });

/** Shape and sizes of a sealed charter; whether it may be is the domain's word. */
export const charterSchema = z.strictObject({
  name: text(40),
  blueprint: text(60),
  target: text(40),
  environment: z.enum(environments),
  purpose: text(500),
  service: uuid,
  team: uuid,
  owner: uuid,
  backup,
  endsIt: uuid,
  classification: z.enum(classifications),
  dataDomains: z.array(text(100)).max(50),
  binding: z.discriminatedUnion("kind", [github, workload]),
  credential: z.enum(credentialModels),
  rotation: rotation.nullable(),
  endsAt: instant,
  retireWhen: z.array(retirementCondition).max(20),
  exception: datedException.nullable(),
  spec: z.record(z.string(), z.json()),
});

const origin = z.discriminatedUnion("how", [
  z.strictObject({ how: z.literal("typed") }),
  z.strictObject({ how: z.literal("inferred"), from: text(300) }),
  z.strictObject({ how: z.literal("default"), of: text(300), version: text(100) }),
]);
const originsSchema = z.record(z.string().max(100), origin);

/** Reads a charter as somebody claims it to be: refuses, at their fields, unknown fields and values beyond their sizes. */
export function parseCharter(claimed: unknown): Outcome<Charter> {
  const parsed = charterSchema.safeParse(claimed);
  if (parsed.success) return ok(withoutAbsent(parsed.data));
  return { refusals: sentences(parsed.error.issues) };
}

export function parseOrigins(claimed: unknown): Outcome<Origins> {
  const parsed = originsSchema.safeParse(claimed);
  return parsed.success ? ok(parsed.data) : { refusals: sentences(parsed.error.issues) };
}

function withoutAbsent({ binding, ...rest }: z.infer<typeof charterSchema>): Charter {
  if (binding.kind === "workload") return { ...rest, binding };
  const { formatsUntil, ...trust } = binding;
  return { ...rest, binding: formatsUntil === undefined ? trust : { ...trust, formatsUntil } };
}

function sentences(issues: readonly z.core.$ZodIssue[]) {
  const list = issues
    .slice(0, 20)
    .map(
      ({ path, message }): Refusal => ({
        code: "invalid",
        field: path.map(String).join("."),
        sentence: `This cannot be read: ${message}.`,
      }),
    );
  return asRefusals(list) ?? ([{ code: "invalid", sentence: "This charter cannot be read." }] as const);
}
