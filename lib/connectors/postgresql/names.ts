/** PostgreSQL's own limit for identifiers: NAMEDATALEN − 1. */
const longestName = 63;

/** A name PostgreSQL takes unchanged and people can read: 1–63 bytes, no control, format or separator characters. */
export const isName = (name: string): boolean =>
  name.length > 0 && Buffer.byteLength(name) <= longestName && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name);

/** Schemas and databases of the system itself, in which nothing is granted. */
export const isSystemSchema = (schema: string): boolean => /^(pg_|information_schema$)/.test(schema);

/** `"name"`: always quoted, so that no name is ever read as SQL. Throws on a name that could not be one. */
export function quoted(name: string): string {
  if (!isName(name)) throw new TypeError("This is no PostgreSQL name.");
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal that means the same whatever `standard_conforming_strings` says. */
export function literal(text: string): string {
  if (text.includes("\0")) throw new TypeError("PostgreSQL holds no NUL.");
  const doubled = text.replaceAll("'", "''");
  return doubled.includes("\\") ? ` E'${doubled.replaceAll("\\", "\\\\")}'` : `'${doubled}'`;
}

/** Name of a role's login: the first is `_1`, each rotation makes the next. */
export const loginName = (role: string, number = 1): string => `${role}_${number}`;

/** Which login of the role this name is; null when it is none. */
export function loginNumber(role: string, name: string): number | null {
  const number = name.startsWith(`${role}_`) ? name.slice(role.length + 1) : "";
  return /^[1-9]\d{0,8}$/.test(number) ? Number(number) : null;
}
