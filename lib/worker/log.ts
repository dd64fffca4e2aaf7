/** What the worker says of itself: one JSON object a line on standard output. */
export interface Log {
  info(event: string, detail?: LogDetail): void;
  /** A fault without a name; its message is ours or a library's, never a response body or a secret. */
  fault(event: string, error: unknown): void;
}
export type LogDetail = { readonly [key: string]: string | number | boolean | null | readonly string[] };

/** Control characters, bidi controls and line separators, so that a value can neither forge a line nor reorder one. */
const unsafe = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Exactly one line of JSON; JSON itself escapes U+0000–U+001F. */
const logLine = (entry: { readonly [key: string]: unknown }): string => JSON.stringify(entry).replace(unsafe, escaped);

export function createLog(write: (line: string) => void, now: () => Date): Log {
  const say = (level: string, event: string, detail: { readonly [key: string]: unknown }) =>
    write(`${logLine({ at: now().toISOString(), level, event, ...detail })}\n`);
  return {
    info: (event, detail = {}) => say("info", event, detail),
    fault: (event, error) => say("fault", event, told(error)),
  };
}

/** Name, message, code and causes. A library's own fields (a request, a query's parameters) stay out. */
function told(error: unknown, depth = 0): { readonly [key: string]: unknown } {
  if (!(error instanceof Error)) return { message: "Something that is no error was thrown." };
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  const query = error.message.startsWith("Failed query:") ? "A query failed." : error.message;
  const cause = error.cause !== undefined && depth < 3 ? { cause: told(error.cause, depth + 1) } : {};
  return { name: error.name, message: query.slice(0, 500), ...code, ...cause };
}
