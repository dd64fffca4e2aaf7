const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const minute = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

const second = 1_000;
const units = [
  { until: 60 * second, size: second, word: "s" },
  { until: 3_600 * second, size: 60 * second, word: "min" },
  { until: 48 * 3_600 * second, size: 3_600 * second, word: "h" },
  { until: 45 * 86_400 * second, size: 86_400 * second, word: "days" },
] as const;

/** Every month by three letters, as sentences of the domain write it; this locale alone says "Sept". */
const short = (text: string): string => text.replace("Sept", "Sep");

/** "30 Nov 2027" */
export const dateOf = (at: number): string => short(day.format(at));

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** The day that a text names, as `2027-11-30`: "30 Nov 2027", "30 November 2027" or ISO; null for any other, and for 31 Feb. */
export function dayIn(text: string): string | null {
  const [, iso] = /^\s*(\d{4}-\d{2}-\d{2})\s*$/.exec(text) ?? [];
  const [, date, month, year] = /^\s*(\d{1,2})\.? +([a-z]{3})[a-z]*\.?,? +(\d{4})\s*$/i.exec(text) ?? [];
  const named = `${year}-${String(months.indexOf(month?.toLowerCase() ?? "") + 1).padStart(2, "0")}-${date?.padStart(2, "0")}`;
  const day = iso ?? named;
  const at = Date.parse(day);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day ? null : day;
}

/** A day that was chosen, as an instant: where it begins, as policy counts days ahead, so that the last one it allows is allowed at any hour. */
export const startOf = (day: string): string => `${day}T00:00:00.000Z`;

/** The day so many days ahead, as `2027-11-30`. */
export const dayAhead = (from: number, days: number): string =>
  new Date(from + days * 86_400_000).toISOString().slice(0, 10);

/** "Tue 30 Nov 2027, 10:00 UTC": the one exact form. */
export const exactly = (at: number): string => `${short(minute.format(at)).replace(",", "")} UTC`;

/** A length of time in its largest whole unit: "12 ms", "4 s", "3 h", "12 days". */
export function lengthOf(ms: number): string {
  if (ms < second) return `${Math.max(0, Math.round(ms))} ms`;
  const unit = units.find((candidate) => ms < candidate.until) ?? units[3];
  return `${Math.floor(ms / unit.size)} ${unit.word}`;
}

/** "4 s ago", "in 3 h"; beyond 45 days the date. */
export function relative(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance >= units[3].until) return dateOf(at);
  if (distance < 2 * second) return "now";
  return at < now ? `${lengthOf(distance)} ago` : `in ${lengthOf(distance)}`;
}

const instant = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;
/** A value that is an ISO instant in the one exact form; any other as it stands. */
export const sayInstant = (value: string): string => (instant.test(value) ? exactly(Date.parse(value)) : value);
