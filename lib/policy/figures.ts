import { z } from "zod";
import { credentialModels, environments } from "#lib/domain/charter.ts";
import type { PolicyFigures } from "#lib/domain/decision.ts";

const days = z.number().int().min(1).max(3660);
const count = z.number().int().min(0).max(10_000);

const figuresSchema = z.strictObject({
  maxDays: z
    .array(
      z.strictObject({
        environments: z.array(z.enum(environments)).min(1),
        credentials: z.array(z.enum(credentialModels)).min(1),
        days,
      }),
    )
    .min(1),
  narrow: z.strictObject({ actions: count, resources: count, days }),
  stageHours: z.number().int().min(1).max(2160),
  acceptanceDays: days,
  holdDays: z.number().int().min(0).max(365),
  unusedDays: days,
  rotateEveryDays: days,
});
type FiguresFile = z.infer<typeof figuresSchema>;

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
  const problems = gaps(parsed.data);
  if (problems.length > 0) return { problems };
  const { maxDays: rows, ...rest } = parsed.data;
  return {
    ...rest,
    maxDays: (environment, credential) =>
      rows.find((row) => row.environments.includes(environment) && row.credentials.includes(credential))?.days ?? 0,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Every environment and credential model needs exactly one row: the first match must not hide another. */
function gaps(file: FiguresFile): string[] {
  const problems: string[] = [];
  for (const environment of environments)
    for (const credential of credentialModels) {
      const rows = file.maxDays.filter(
        (row) => row.environments.includes(environment) && row.credentials.includes(credential),
      );
      if (rows.length !== 1)
        problems.push(
          `${figuresFile}: ${environment} with a ${credential} credential has ${rows.length} rows in maxDays; give it one.`,
        );
    }
  return problems;
}
