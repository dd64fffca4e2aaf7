import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import { classifications, subjectFormats } from "#lib/domain/charter.ts";
import { asRefusals, type Outcome, ok, type Refusal } from "#lib/domain/refusal.ts";
import { type DirectoryLines, type Line, wrong } from "#lib/facts/directory/rows.ts";

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");
const plain = z
  .string()
  .trim()
  .min(1, "is empty")
  .max(200, "is longer than 200 characters")
  .regex(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u, "holds control characters");
const slug = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "is not lower case letters, digits and hyphens")
  .max(60);
const email = z.email("is not an e-mail address").max(200);
const optional = <T extends z.ZodType>(schema: T) => z.union([z.literal("").transform(() => null), schema]);
const numeric = z.string().regex(/^[1-9][0-9]{0,18}$/, "is not a number as GitHub gives it");
const list = z.string().transform(words);
/** As GitHub spells an owner and a repository; nothing else can be in a token's subject. */
const repository = z.string().regex(/^[A-Za-z0-9][\w-]{0,38}\/[\w.-]{1,100}$/, "is not owner/name as GitHub spells it");
const environmentsOf = z.union([z.literal(""), plain]).transform(words);
/** A column that may be missing; empty or missing leaves what is recorded. */
const maybe = z.preprocess(
  (text) => (text === "" ? undefined : text),
  z.stringbool("is neither true nor false").optional(),
);
const targets = { dev: list, staging: list, prod: list };

const schemas = {
  people: z.object({ subject: optional(plain), email, name: plain, active: z.stringbool("is neither true nor false") }),
  teams: z.object({
    slug,
    name: plain,
    backup: optional(plain),
    unused_days: optional(z.coerce.number("is not a number").int().min(1).max(3660)),
  }),
  members: z.object({ team: slug, email }),
  services: z.object({
    slug,
    name: plain,
    team: slug,
    owner_email: email,
    classification: z.enum(classifications),
    source: plain,
    decommissioned: maybe,
    ...targets,
  }),
  repositories: z.object({
    name: repository,
    owner_id: numeric,
    repository_id: numeric,
    service: optional(slug),
    environments: environmentsOf,
    subject_format: z.enum(subjectFormats),
    archived: maybe,
  }),
};

/** Reads the five files of a folder; refuses with a sentence for each line that cannot be read. Nothing is compared with the database yet. */
export async function readDirectoryFolder(folder: string, issuer: string): Promise<Outcome<DirectoryLines>> {
  const refusals: Refusal[] = [];
  const rows = <T extends object>(file: string, schema: z.ZodType<T>) => readRows(folder, { file, schema }, refusals);
  const people = await rows("people", schemas.people);
  const teams = await rows("teams", schemas.teams);
  const members = await rows("members", schemas.members);
  const services = await rows("services", schemas.services);
  const repositories = await rows("repositories", schemas.repositories);
  const refused = asRefusals(refusals);
  if (refused !== null) return { refusals: refused };
  return ok({
    issuer,
    people,
    teams: teams.map(({ unused_days: unusedDays, ...row }) => ({ ...row, unusedDays })),
    members,
    services: services.map(({ owner_email: ownerEmail, dev, staging, prod, ...row }) => ({
      ...row,
      decommissioned: row.decommissioned ?? null,
      ownerEmail,
      targets: { dev, staging, prod },
    })),
    repositories: repositories.map(({ owner_id, repository_id, subject_format, ...row }) => ({
      ...row,
      archived: row.archived ?? null,
      ownerId: owner_id,
      repositoryId: repository_id,
      subjectFormat: subject_format,
    })),
  });
}

interface Parsed {
  readonly record: Record<string, string>;
  readonly info: { readonly lines: number };
}

async function readRows<T extends object>(
  folder: string,
  { file, schema }: { readonly file: string; readonly schema: z.ZodType<T> },
  refusals: Refusal[],
): Promise<readonly (T & Line)[]> {
  const name = `${file}.csv`;
  const found: (T & Line)[] = [];
  for (const { record, info } of await parsedFile(join(folder, name), name, refusals)) {
    const line = { file: name, line: info.lines };
    const row = schema.safeParse(record);
    if (row.success) found.push({ ...row.data, ...line });
    else
      refusals.push(
        ...row.error.issues.map(({ path, message }) => wrong(line, `${path.map(String).join(".")} ${message}.`)),
      );
  }
  return found;
}

async function parsedFile(path: string, name: string, refusals: Refusal[]): Promise<readonly Parsed[]> {
  try {
    const text = await readFile(path, "utf8");
    return parse(text, { columns: true, info: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    if (error instanceof CsvError)
      refusals.push(wrong({ file: name, line: Number(error.lines ?? 0) }, `${error.message}.`));
    else refusals.push({ code: "invalid", sentence: `${path} cannot be read (${code}).` });
    return [];
  }
}
