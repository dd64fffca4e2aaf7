import { csvLine } from "#lib/domain/csv.ts";
import { download } from "./download.ts";

/** How rows become lines of CSV. */
export interface Sheet<Row> {
  readonly columns: readonly string[];
  readonly cells: (row: Row) => readonly (string | number)[];
}
interface RowsDownload<Row> {
  /** The door, as a fault names it. */
  readonly name: string;
  /** The file's name without its ending. */
  readonly file: string;
  /** `json`: one JSON object a line; anything else: CSV. */
  readonly as: string | null;
  readonly sheet: Sheet<Row>;
  readonly rows: AsyncIterable<readonly Row[]>;
}

/** Rows as a file for people (CSV that no spreadsheet takes for formulas) or for programs (JSON Lines), streamed. */
export function rowsDownload<Row>({ name, file, as, sheet, rows }: RowsDownload<Row>): Response {
  const json = as === "json";
  return download({
    ...{ name, type: json ? "application/jsonl" : "text/csv", file: `${file}.${json ? "jsonl" : "csv"}` },
    write: async (put) => {
      if (!json) await put(csvLine(sheet.columns));
      const line = json ? (row: Row) => `${JSON.stringify(row)}\n` : (row: Row) => csvLine(sheet.cells(row));
      for await (const some of rows) await put(some.map(line).join(""));
    },
  });
}
