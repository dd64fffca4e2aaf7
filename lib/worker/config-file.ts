import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { connectorOf } from "#lib/connectors/registry.ts";
import { digest } from "#lib/digest/digest.ts";
import { asRefusals, type Outcome, ok, type Refusal, refuse } from "#lib/domain/refusal.ts";
import { vaultStoreOf } from "#lib/vaults/registry.ts";
import { configSchema, type WorkerConfig } from "./config.ts";

export interface LoadedConfig {
  readonly config: WorkerConfig;
  /** Of the whole file's content: workers whose digests differ run with different files. */
  readonly digest: string;
}

/** `CHARTER_CONFIG`, else `worker.json` under `CHARTER_HOME`; null when neither is set. */
export function configPath(env: Readonly<Record<string, string | undefined>>): string | null {
  if (env.CHARTER_CONFIG) return env.CHARTER_CONFIG;
  return env.CHARTER_HOME ? join(env.CHARTER_HOME, "worker.json") : null;
}

/** Reads and checks a configuration file; refuses with one sentence for each thing that is wrong, naming its place in the file. */
export async function readConfig(path: string): Promise<Outcome<LoadedConfig>> {
  const read = await readJson(path);
  if ("refusals" in read) return read;
  const parsed = configSchema.safeParse(read.ok, { error: said });
  if (!parsed.success) {
    const list = parsed.error.issues.map(({ path: at, message }) => invalid(at.map(String).join("."), message));
    return { refusals: asRefusals(list) ?? [invalid("", "The configuration cannot be read.")] };
  }
  const refusals = asRefusals(whyNot(parsed.data));
  return refusals === null ? ok({ config: parsed.data, digest: digest(read.ok) }) : { refusals };
}

const written: Readonly<Record<string, string>> = {
  string: "a text in quotation marks",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list in square brackets",
  object: "an object in braces",
  record: "an object in braces",
};

/** What is wrong with a value whose schema has no sentence of its own for it. */
function said(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "This is missing."
        : `Write ${written[issue.expected] ?? `a value of type ${issue.expected}`} here.`;
    case "unrecognized_keys":
      return `There is no setting ${issue.keys.join(", ")} here.`;
    case "invalid_value":
      return `Write one of ${issue.values.map(String).join(", ")}.`;
    case "invalid_format":
      return issue.format === "url" ? "Write an address such as https://charter.example.com." : undefined;
    case "invalid_union":
      return "This has none of the forms that docs/configure.md shows.";
    case "too_small":
      return issue.origin === "number" || issue.origin === "int"
        ? `Write at least ${issue.minimum}.`
        : `Too short: at least ${counted(issue.minimum, issue.origin)}.`;
    case "too_big":
      return issue.origin === "number" || issue.origin === "int"
        ? `Write at most ${issue.maximum}.`
        : `Too long: at most ${counted(issue.maximum, issue.origin)}.`;
    default:
      return undefined;
  }
}

const counted = (size: number | bigint, origin: string): string => {
  const one = origin === "array" ? "entry" : "character";
  const many = origin === "array" ? "entries" : "characters";
  return `${size} ${size === 1 ? one : many}`;
};

const invalid = (field: string, sentence: string): Refusal => ({
  code: "invalid",
  sentence: field === "" ? sentence : `${field}: ${sentence}`,
});

async function readJson(path: string): Promise<Outcome<unknown>> {
  try {
    return ok(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (error instanceof SyntaxError) return refuse(invalid("", `${path} is not JSON: ${error.message}.`));
    if (!(error instanceof Error && "code" in error)) throw error;
    const code = String(error.code);
    return refuse({ ...invalid("", `${path} cannot be read (${code}).`), mend: mends[code] ?? noFile });
  }
}

const noFile = "Name the file, or write it as docs/configure.md shows.";
/** What to do about a configuration file that cannot be read. */
const mends: Readonly<Record<string, string>> = {
  ENOENT: noFile,
  EACCES: "Run this as the user whose file it is; nobody else should be able to read it.",
  EISDIR: "Name the file in this folder.",
};

/** What the shape alone does not tell: names once, kinds that are installed, settings that their own schema accepts. */
function whyNot({ targets, vaults, anchor }: WorkerConfig): Refusal[] {
  const names = [...targets, ...vaults].map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const lost = anchor !== null && "vault" in anchor && !vaults.some(({ name }) => name === anchor.vault);
  return [
    ...(lost ? [invalid("anchor.vault", `There is no vault ${anchor.vault}.`)] : []),
    ...twice.map((name) => invalid(name, "Two targets or vaults have this name.")),
    ...targets.flatMap((entry) => unfit(entry, "target type", connectorOf(entry.kind)?.settings)),
    ...vaults.flatMap((entry) => unfit(entry, "vault type", vaultStoreOf(entry.kind)?.settings)),
  ];
}

interface Parser {
  safeParse(
    value: unknown,
    params: { readonly error: typeof said },
  ): {
    readonly success: boolean;
    readonly error?: { readonly issues: readonly Issue[] } | undefined;
  };
}
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function unfit(
  entry: { readonly name: string; readonly kind: string; readonly settings: unknown },
  what: string,
  schema: Parser | undefined,
): Refusal[] {
  if (schema === undefined) return [invalid(entry.name, `There is no ${what} ${entry.kind}.`)];
  const issues = schema.safeParse(entry.settings, { error: said }).error?.issues ?? [];
  return issues.map(({ path, message }) => invalid([entry.name, "settings", ...path.map(String)].join("."), message));
}
