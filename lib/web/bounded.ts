/**
 * Whether a value that came from outside is small enough to be parsed: depth ≤ 16, lists ≤ 1,000, objects ≤ 1,000 keys,
 * text ≤ 64 KiB. Stops at the first excess, so that its own cost is bounded too.
 */
export function bounded(value: unknown, depth = 16): boolean {
  if (typeof value === "string") return value.length <= 65_536;
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  const inside = Array.isArray(value) ? value : Object.values(value);
  return inside.length <= 1_000 && inside.every((part) => bounded(part, depth - 1));
}
