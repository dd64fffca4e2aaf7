import { z } from "zod";
import { credentialModels, environments } from "#lib/domain/charter.ts";
import type { PolicyFigures } from "#lib/domain/decision.ts";

const days = z.number().int().min(1).max(3660);
const count = z.number().int().min(0).max(10_000);

/** Days by environment and credential model. */
const daysTable = z
  .array(
    z.strictObject({
      environments: z.array(z.enum(environments)).min(1),
      credentials: z.array(z.enum(credentialModels)).min(1),
      days,
    }),
  )
  .min(1);
type DaysTable = z.infer<typeof daysTable>;

/** Without it nobody is asked: bundles that were activated before owners were asked go on to decide. */
const attestationSchema = z
  .strictObject({
    everyDays: daysTable,
    privileged: z.strictObject({ riskFrom: z.number().int().min(1).max(100), days }),
    opensDaysBefore: days,
    remindsDaysBefore: days,
    backupDaysBefore: z.number().int().min(0).max(3660),
  })
  .refine((one) => one.opensDaysBefore >= one.remindsDaysBefore && one.remindsDaysBefore >= one.backupDaysBefore, {
    message: "The owner is asked first, then reminded, then the backup is asked.",
  });

const figuresSchema = z.strictObject({
  maxDays: daysTable,
  attestation: attestationSchema.optional(),
  narrow: z.strictObject({ actions: count, resources: count, days }),
  stageHours: z.number().int().min(1).max(2160),
  acceptanceDays: days,
  holdDays: z.number().int().min(0).max(365),
  unusedDays: days,
  /** Without it `unusedDays` counts for all: bundles that were activated before use was watched go on to decide. */
  staleDays: z.strictObject({ static: days, other: days }).optional(),
  rotateEveryDays: days,
  /** Bundles that were activated before anything was rotated are taken to say what was shipped with it. */
  rotationOverlapHours: z.number().int().min(1).max(2160).default(24),
  /** Bundles that were activated before there were findings are taken to say what was shipped with them. */
  findings: z
    .strictObject({ expiringDays: days, exceptionDays: days, muteDays: days })
    .default({ expiringDays: 30, exceptionDays: 30, muteDays: 90 }),
});

/** Name of the bundle's file that holds its figures. */
export const figuresFile = "figures.json";

/** The figures a bundle's `figures.json` sets, or the sentences why it cannot be used. */
export function readFigures(
  text: string | undefined,
): Omit<PolicyFigures, "defaults"> | { readonly problems: readonly string[] } {
  if (text === undefined) return { problems: [`The bundle has no ${figuresFile}.`] };
  const parsed = figuresSchema.safeParse(parseJson(text));
  if (!parsed.success)
    return {
      problems: parsed.error.issues.map(
        (issue) => `${figuresFile}: ${issue.path.join(".") || "the whole"}: ${issue.message}`,
      ),
    };
  const { maxDays, attestation, staleDays, ...rest } = parsed.data;
  const problems = [...gaps("maxDays", maxDays), ...gaps("attestation.everyDays", attestation?.everyDays)];
  if (problems.length > 0) return { problems };
  const asked = attestation === undefined ? null : { ...attestation, everyDays: daysBy(attestation.everyDays) };
  const stale: PolicyFigures["staleDays"] = (credential) =>
    (credential === "static" ? staleDays?.static : staleDays?.other) ?? rest.unusedDays;
  return { ...rest, maxDays: daysBy(maxDays), attestation: asked, staleDays: stale };
}

const daysBy =
  (rows: DaysTable): PolicyFigures["maxDays"] =>
  (environment, credential) =>
    rows.find((row) => row.environments.includes(environment) && row.credentials.includes(credential))?.days ?? 0;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Every environment and credential model needs exactly one row: the first match must not hide another. */
function gaps(name: string, table: DaysTable | undefined): string[] {
  if (table === undefined) return [];
  const problems: string[] = [];
  for (const environment of environments)
    for (const credential of credentialModels) {
      const rows = table.filter(
        (row) => row.environments.includes(environment) && row.credentials.includes(credential),
      );
      if (rows.length !== 1)
        problems.push(
          `${figuresFile}: ${environment} with a ${credential} credential has ${rows.length} rows in ${name}; give it one.`,
        );
    }
  return problems;
}
