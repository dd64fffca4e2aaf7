/**
 * What a spreadsheet takes for the beginning of a formula, full-width forms too, also behind spaces; and behind apostrophes, so
 * that one that was put there is told from one that was typed. Source: OWASP, CSV Injection; ASVS 5.0, 1.2.10.
 */
const formula = /^[' \u00A0\uFEFF]*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/u;

/**
 * One line of CSV (RFC 4180) that a spreadsheet shows as the text it is: every cell stands in quotes, and what begins like a
 * formula is led by one apostrophe, which taken off gives the text back.
 */
export const csvLine = (cells: readonly (string | number)[]): string => `${cells.map(cell).join(",")}\r\n`;

function cell(value: string | number): string {
  const text = String(value);
  const plain = typeof value === "string" && formula.test(text) ? `'${text}` : text;
  return `"${plain.replaceAll('"', '""')}"`;
}
