import { randomBytes } from "node:crypto";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what must not reach a terminal.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const escaped = (text: string): string =>
  text.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** One JSON line on standard error. Control and bidirectional characters are escaped; values must not be secrets. */
export function log(event: string, fields: { readonly [name: string]: string | number | boolean | null }): void {
  const safe = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? escaped(value) : value]),
  );
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), process: "web", event, ...safe })}\n`);
}

/**
 * Logs a fault and returns the reference number that people are shown. Only the innermost cause is described: the
 * database layer's outer message repeats the query's parameters.
 */
export function fault(where: string, thrown: unknown, reference = randomBytes(5).toString("hex")): string {
  const cause = innermost(thrown);
  log("fault", { reference, where, name: cause.name, message: cause.message.slice(0, 300), stack: framesOf(cause) });
  return reference;
}

function innermost(thrown: unknown): Error {
  if (!(thrown instanceof Error)) return new Error("a value that is not an error was thrown");
  return thrown.cause instanceof Error ? innermost(thrown.cause) : thrown;
}

const framesOf = (error: Error): string =>
  (error.stack ?? "")
    .split("\n")
    .filter((line) => line.trimStart().startsWith("at "))
    .slice(0, 12)
    .join("; ");
