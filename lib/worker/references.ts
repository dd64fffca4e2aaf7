import { readFile } from "node:fs/promises";

/** A secret that the configuration names is not there. The sentence names the reference, never its content. */
export class MissingReference extends Error {
  override readonly name = "MissingReference";
}

/** The content behind `file:/path` or `env:NAME`, read when it is needed and not before; surrounding white space is cut. */
export async function resolveReference(reference: string): Promise<string> {
  const content = reference.startsWith("file:")
    ? await contentOf(reference.slice("file:".length))
    : process.env[reference.slice("env:".length)];
  const text = content?.trim() ?? "";
  if (text === "") throw new MissingReference(`${reference} is missing or empty.`);
  return text;
}

export async function resolveAll(references: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const pairs = Object.entries(references).map(async ([name, one]) => [name, await resolveReference(one)] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new MissingReference(`file:${path} cannot be read (${code}).`, { cause: error });
  }
}
