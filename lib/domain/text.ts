/**
 * Embeddings, overrides and isolates: they reorder what a reader sees. Ordinary right-to-left letters and the marks
 * that Arabic, Persian and Hebrew need (LRM, RLM, ZWJ, ZWNJ) are fine. Source: Unicode TR9, "Trojan Source" (2021).
 */
const reordering = /[\u202A-\u202E\u2066-\u2069]/u;
const invisible = /[\p{Cc}\u2028\u2029\uFEFF]/u;

export interface TextLimits {
  readonly min: number;
  readonly max: number;
}

/** Why this is not one plain line of text within limits (counted in code points, spaces at the ends left out); null when it is. */
export function whyNotPlain(text: string, limits: TextLimits): string | null {
  if (!text.isWellFormed()) return "It contains half a character; type it again.";
  if (invisible.test(text)) return "It contains line breaks or control characters; write it as one line.";
  if (reordering.test(text)) return "It contains characters that reverse the reading order; remove them.";
  const length = [...text.trim()].length;
  if (length < limits.min) return `Use at least ${limits.min} characters; it has ${length}.`;
  if (length > limits.max) return `Use at most ${limits.max} characters; it has ${length}.`;
  return null;
}

/** What somebody else wrote, as one plain line of at most `max` characters: what `whyNotPlain` refuses is left out. */
export function plainLine(text: string, max: number): string {
  const visible = text.replace(/\p{Cs}/gu, "").replace(new RegExp(reordering, "gu"), "");
  const line = visible.replace(new RegExp(invisible, "gu"), " ").replace(/\s+/gu, " ").trim();
  return [...line].slice(0, max).join("").trim();
}

/** Lower case letters, digits and single hyphens, 2–40 characters. */
export const isSlug = (text: string): boolean =>
  text.length >= 2 && text.length <= 40 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text);

/** An id as PostgreSQL writes it. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** The nearest slug to a text, at most `max` characters; empty when nothing of it can stay. */
export function slugOf(text: string, max = 40): string {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const hyphened = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return hyphened.slice(0, max).replace(/-+$/, "");
}
