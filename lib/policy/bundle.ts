import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { validate } from "@cedar-policy/cedar-wasm/nodejs";
import { digest } from "#lib/digest/digest.ts";
import { asRefusals, type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import type { Bundle } from "./engine.ts";
import { places, sayableNames } from "./facts.ts";
import { figuresFile } from "./figures.ts";
import { readBundle } from "./prepare.ts";
import type { Rule } from "./rules.ts";

/** The bundle that ships with Charter. */
export const defaultFolder = fileURLToPath(new URL("./default", import.meta.url));
const schemaFile = fileURLToPath(new URL("./schema.cedarschema", import.meta.url));
const maxBytes = 256 * 1024;

/**
 * Reads a folder's `.cedar` files and `figures.json` and checks them as `checkBundle` does. Refuses with a sentence per
 * problem; a folder that cannot be read is a refusal too. Worker and tools only: the web takes bundles from the database.
 */
export async function loadBundle(folder: string = defaultFolder): Promise<Outcome<Bundle>> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => error.code ?? "unknown");
  if (typeof names === "string")
    return refuse({ code: "invalid", sentence: `The policy folder ${folder} cannot be read (${names}).` });
  const wanted = names.filter((name) => name.endsWith(".cedar") || name === figuresFile).sort();
  const texts = await Promise.all(
    wanted.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
  );
  const files = Object.fromEntries(texts);
  return checkBundle(files);
}

/** Checks a bundle's files against the schema and Charter's annotations; refuses with a sentence per problem. */
export async function checkBundle(files: Bundle["files"]): Promise<Outcome<Bundle>> {
  const size = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (size > maxBytes)
    return refuse({ code: "invalid", sentence: `The bundle has ${size} bytes; ${maxBytes} is the limit.` });
  const read = readBundle(files);
  const problems = "problems" in read ? read.problems : [...unfilled(read.rules), ...(await misfits(read.rules))];
  const refusals = asRefusals(problems.map((sentence) => ({ code: "invalid" as const, sentence })));
  return refusals === null ? ok({ digest: digest(files), files }) : { refusals };
}

/** Places in sentences that nothing fills. */
const unfilled = (rules: readonly Rule[]): string[] =>
  rules.flatMap((rule) =>
    [...`${rule.reason} ${rule.mend ?? ""}`.matchAll(/\{(\w*)[^{}]*\}/g)]
      .filter(([place, name]) => !sayableNames.has(name ?? "") || place.replace(places, "") !== "")
      .map(([place]) => `${rule.file}: rule ${rule.id}: nothing fills ${place}.`),
  );

/** What Cedar's own validator says, strict mode. Warnings count: a rule that can never apply is a mistake. */
async function misfits(rules: readonly Rule[]): Promise<string[]> {
  const schema = await readFile(schemaFile, "utf8");
  const answer = validate({
    schema,
    policies: { staticPolicies: Object.fromEntries(rules.map((rule) => [rule.id, rule.source])) },
  });
  if (answer.type === "failure") return answer.errors.map((error) => `${basename(schemaFile)}: ${error.message}`);
  const file = new Map(rules.map((rule) => [rule.id, rule.file]));
  return [...answer.validationErrors, ...answer.validationWarnings].map(
    ({ policyId, error }) =>
      `${file.get(policyId) ?? "bundle"}: ${error.message}${error.help ? ` (${error.help})` : ""}`,
  );
}
