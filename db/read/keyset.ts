import { type Column, type SQL, sql } from "drizzle-orm";
import { isUuid } from "#lib/domain/text.ts";

/** Where a page ends: the sort column's value as PostgreSQL prints it, and the row's id. */
export interface Cursor {
  readonly value: string;
  readonly id: string;
}

/** The cursor as it stands in an address; unreadable ones start at the first page. */
export const encodeCursor = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify([cursor.value, cursor.id])).toString("base64url");

export function decodeCursor(text: string | undefined): Cursor | null {
  if (!text) return null;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (!Array.isArray(parsed) || parsed.length !== 2) return null;
    const [value, id] = parsed;
    return typeof value === "string" && typeof id === "string" && isUuid(id) ? { value, id } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export interface Sort {
  /** A column, or an expression that has an index of its own and is never null. */
  readonly column: Column | SQL;
  readonly id: Column | SQL;
  readonly descending: boolean;
  /** PostgreSQL type of the column, for the cursor's cast. */
  readonly type: "text" | "timestamptz" | "integer";
}

/** Rows after the cursor in this order; undefined on the first page. */
export function after(sort: Sort, cursor: Cursor | null): SQL | undefined {
  if (cursor === null) return undefined;
  const value = sql`${cursor.value}::${sql.raw(sort.type)}`;
  const row = sql`(${sort.column}, ${sort.id})`;
  return sort.descending ? sql`${row} < (${value}, ${cursor.id}::uuid)` : sql`${row} > (${value}, ${cursor.id}::uuid)`;
}

export const inOrder = (sort: Sort): SQL =>
  sort.descending ? sql`${sort.column} desc, ${sort.id} desc` : sql`${sort.column}, ${sort.id}`;

/** The sort column as text, to be selected beside the row and handed back as the cursor's value. */
export const cursorValue = (sort: Sort): SQL<string> => sql<string>`${sort.column}::text`;
