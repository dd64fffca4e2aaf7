const dayMs = 86_400_000;

/** Milliseconds of an ISO 8601 instant in UTC as `toISOString` writes it; null for any other text. */
export function instantOf(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) || new Date(at).toISOString() !== text ? null : at;
}

/** Whole days from now to an instant, rounded up; negative once it has passed. */
export const daysUntil = (at: string, now: Date): number =>
  Math.ceil(((instantOf(at) ?? Number.NaN) - now.getTime()) / dayMs);

/** Midnight UTC that begins the day `days` days ahead: never more than `days` days away, and stable while a form is filled. */
export const midnightIn = (days: number, now: Date): string =>
  new Date(Math.floor((now.getTime() + days * dayMs) / dayMs) * dayMs).toISOString();

/** An instant some days or hours on. */
export const later = (from: Date, by: { readonly days?: number; readonly hours?: number }): Date =>
  new Date(from.getTime() + (by.days ?? 0) * dayMs + (by.hours ?? 0) * 3_600_000);

/** Two hours: the most a clock is expected to be wrong by. */
const clockErrsMs = 7_200_000;

/**
 * The time at which a claim is judged: now, or when the database received it or the request it belongs to, where the clock was
 * set back since. What was asked just after midnight is then no day longer than it was. Set back by more than two hours, its
 * days are counted anew.
 */
export const judgedAt = (received: readonly Date[], now: Date): Date => {
  const times = received.map((at) => at.getTime()).filter((at) => at - now.getTime() <= clockErrsMs);
  return new Date(Math.max(now.getTime(), ...times));
};
