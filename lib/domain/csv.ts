/** What a spreadsheet takes for the beginning of a formula. Source: OWASP, CSV Injection. */
const formula = /^[=+\-@\t\r]/u;

/**
 * One line of CSV (RFC 4180) that a spreadsheet shows as the text it is: what begins like a formula is led by an apostrophe,
 * also behind spaces, and every cell stands in quotes.
 */
export const csvLine = (cells: readonly (string | number)[]): string => `${cells.map(cell).join(",")}\r\n`;

function cell(value: string | number): string {
  const text = String(value);
  const plain = typeof value === "string" && formula.test(text.replace(/^[ \u00A0\uFEFF]+/u, "")) ? `'${text}` : text;
  return `"${plain.replaceAll('"', '""')}"`;
}
