import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PublishedBlueprint } from "#db/store/configuration.ts";
import { blueprintSchema, reachPackSchema } from "#lib/connectors/blueprint.ts";
import { connectors } from "#lib/connectors/registry.ts";
import { digest } from "#lib/digest/digest.ts";

const shipped = fileURLToPath(new URL("../connectors", import.meta.url));

/** A file that is no blueprint or reach pack; the sentence names it. */
export class BadBlueprint extends Error {
  override readonly name = "BadBlueprint";
}

/** Blueprints and reach packs of every connector, then those of the configured folder, which replace shipped ones of the same id. */
export async function readBlueprints(folder: string | null): Promise<readonly PublishedBlueprint[]> {
  const folders = connectors.map(({ kind }) => join(shipped, kind));
  const found = new Map<string, PublishedBlueprint>();
  for (const one of folder === null ? folders : [...folders, folder]) {
    for (const row of await readFolder(one)) found.set(`${row.kind}/${row.id}`, row);
  }
  return [...found.values()];
}

async function readFolder(folder: string): Promise<readonly PublishedBlueprint[]> {
  const blueprints = await readJsonFiles(join(folder, "blueprints"), (json) => blueprintSchema.safeParse(json));
  const packs = await readJsonFiles(join(folder, "reach"), (json) => reachPackSchema.safeParse(json));
  return [
    ...blueprints.map((content) => row("blueprint", content)),
    ...packs.map((content) => row("reach-pack", content)),
  ];
}

const row = (kind: PublishedBlueprint["kind"], content: { readonly id: string }): PublishedBlueprint => ({
  kind,
  id: content.id,
  digest: digest(content),
  content: JSON.parse(JSON.stringify(content)),
  configured: true,
});

type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | {
      readonly success: false;
      readonly error: { readonly issues: readonly { path: readonly PropertyKey[]; message: string }[] };
    };

async function readJsonFiles<T>(folder: string, parse: (json: unknown) => Parsed<T>): Promise<T[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith(".json")).sort();
  return Promise.all(files.map((name) => readOne(join(folder, name), parse)));
}

async function readOne<T>(file: string, parse: (json: unknown) => Parsed<T>): Promise<T> {
  const text = await readFile(file, "utf8");
  const parsed = parse(jsonOf(file, text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BadBlueprint(`${file}: ${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "cannot be read"}`);
}

function jsonOf(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadBlueprint(`${file} is not JSON: ${error.message}`);
    throw error;
  }
}
