const dayMs = 86_400_000;

/** What one source told of one object or credential. */
export interface UseSignal {
  /** The source in words: "AWS: access key last used". */
  readonly source: string;
  /** Null: it told of none. */
  readonly lastUsedAt: Date | null;
  /** Since when it would have told of any use; null: it sees only some moments, so that its silence means nothing. */
  readonly seesSince: Date | null;
  /** How late it may tell, in minutes. */
  readonly lagMinutes: number;
  readonly observedAt: Date;
}

/** One way in to an identity (a credential, or the object itself where it has none), and what was told of its use. */
export interface WatchedSubject {
  /** Since when it could have been used: issued, made, or enabled again. */
  readonly since: Date;
  /** Until when a use may have been the worker's own try of it; null where the worker makes none. */
  readonly ownTryUntil: Date | null;
  /** Null: nothing tells of its use. */
  readonly signal: UseSignal | null;
}

/** Three answers and no fourth: silence is *not used* only from a source that would have told, and only within its window. */
export type UseAnswer = "used" | "not-used" | "no-signal";

/** What is known of an identity's use. */
export interface KnownUse {
  readonly answer: UseAnswer;
  /** Newest use that any source told of; null unless `used`. */
  readonly lastUsedAt: Date | null;
  /** Since when every way in has been silent under a source that would have told; null when one of them could be used unseen. */
  readonly unusedSince: Date | null;
  /** Up to when the sources have told: when they were asked, less their lag. Null without sources that see all use. */
  readonly knownUntil: Date | null;
}

const nothing: KnownUse = { answer: "no-signal", lastUsedAt: null, unusedSince: null, knownUntil: null };

/** Puts together what was told of every way in. Without any way in there is no signal. */
export function knownUse(subjects: readonly WatchedSubject[]): KnownUse {
  if (subjects.length === 0) return nothing;
  const seen = subjects.map(silence);
  const lastUsedAt = latest(seen.map(({ usedAt }) => usedAt));
  const complete = seen.every(({ since }) => since !== null);
  const unusedSince = complete ? latest([lastUsedAt, ...seen.map(({ since }) => since)]) : null;
  const knownUntil = complete ? earliest(seen.map(({ until }) => until)) : null;
  const answer = lastUsedAt !== null ? "used" : complete ? "not-used" : "no-signal";
  return { answer, lastUsedAt, unusedSince, knownUntil };
}

interface Silence {
  readonly usedAt: Date | null;
  /** Since when its silence counts; null where it does not. */
  readonly since: Date | null;
  readonly until: Date | null;
}

function silence(subject: WatchedSubject): Silence {
  const { signal, since } = subject;
  if (signal === null) return { usedAt: null, since: null, until: null };
  const usedAt = countedUse(subject);
  if (signal.seesSince === null) return { usedAt, since: null, until: null };
  const until = new Date(signal.observedAt.getTime() - signal.lagMinutes * 60_000);
  return { usedAt, since: latest([signal.seesSince, since]), until };
}

/** The last use a source told of, unless it may have been the worker's own try of a new credential. */
export function countedUse({ signal, ownTryUntil }: WatchedSubject): Date | null {
  const at = signal?.lastUsedAt ?? null;
  return at !== null && ownTryUntil !== null && at.getTime() <= ownTryUntil.getTime() ? null : at;
}

/** Whole days without use that the sources vouch for; null where nobody can say. */
export function daysUnused({ unusedSince, knownUntil }: Pick<KnownUse, "unusedSince" | "knownUntil">): number | null {
  if (unusedSince === null || knownUntil === null) return null;
  return Math.max(0, Math.floor((knownUntil.getTime() - unusedSince.getTime()) / dayMs));
}

/** When it began to count as stale: `days` after its last use or the start of the watch; null while it does not, or nobody can say. */
export function staleSince(known: KnownUse, days: number): Date | null {
  const unused = daysUnused(known);
  if (unused === null || known.unusedSince === null || unused < days) return null;
  return new Date(known.unusedSince.getTime() + days * dayMs);
}

/** What is known, in words without a full stop; never *unused* where somebody could have used it unseen. */
export function sayUse(use: Pick<KnownUse, "answer" | "unusedSince" | "knownUntil">): string {
  const days = daysUnused(use);
  if (use.answer === "no-signal") return "no signal";
  if (use.answer === "used") return "used";
  if (days === null || days === 0) return "not used yet";
  return `not used in ${days === 1 ? "one day" : `${days} days`}`;
}

/** How late a source may tell, in words: "up to 4 h late". */
export function sayLag(minutes: number): string {
  if (minutes <= 0) return "told at once";
  return minutes % 60 === 0 ? `up to ${minutes / 60} h late` : `up to ${minutes} min late`;
}

export interface Stopping {
  readonly answer: UseAnswer;
  /** When it was last used, in words; null where nobody told of a use. */
  readonly last: string | null;
  /** What its silence comes to, in words; said only of one that was not used. */
  readonly silent: string;
  readonly sources: readonly { readonly source: string; readonly lagMinutes: number }[];
  /** Nobody can use it now. */
  readonly suspended: boolean;
}

/** What disabling an identity stops, as far as anybody told of its use: silence is never called safe. */
export function sayStops({ answer, last, silent, sources, suspended }: Stopping): string {
  const told = sources.map(({ source, lagMinutes }) => `${source}, ${sayLag(lagMinutes)}`).join("; ");
  const by = told === "" ? "" : ` (${told})`;
  const unused = answer === "no-signal" ? "no signal of use" : `${silent}${by}`;
  const known = last === null ? unused : `last used ${last}${by}`;
  const first = known.charAt(0).toUpperCase() + known.slice(1);
  if (suspended) return `${first}. It is suspended: nothing runs with it now.`;
  if (last !== null) return `${first}, so what runs with it will stop.`;
  return `${first}: should something run with it, it will stop.`;
}

const latest = (dates: readonly (Date | null)[]): Date | null => pick(dates, (a, b) => a > b);
const earliest = (dates: readonly (Date | null)[]): Date | null => pick(dates, (a, b) => a < b);
const pick = (dates: readonly (Date | null)[], better: (a: Date, b: Date) => boolean): Date | null =>
  dates.reduce((best, date) => (date !== null && (best === null || better(date, best)) ? date : best), null);
