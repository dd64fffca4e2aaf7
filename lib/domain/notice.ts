/**
 * Why somebody is told: something waits for their decision; their request was decided; an identity was offered to them or asks
 * its question; one of theirs ends; work is stuck; something was done in their name, or took power from an identity of theirs.
 */
export const noticeKinds = [
  "approval",
  "decision",
  "ownership",
  "question",
  "ending",
  "stuck",
  "in-your-name",
  "taken-away",
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** Sent at once whatever a person prefers: they show what a stolen session, or a web that was taken over, did in a name. */
const promisedKinds: readonly NoticeKind[] = ["in-your-name", "taken-away"];
export const isPromised = (kind: NoticeKind): boolean => promisedKinds.includes(kind);

export const noticeWords: Readonly<Record<NoticeKind, string>> = {
  approval: "A request waits for my decision",
  decision: "My request was decided, provisioned or ended",
  ownership: "An identity is offered to me",
  question: "A question about an identity of mine is due",
  ending: "An identity of mine ends soon, or has ended",
  stuck: "Work is stuck",
  "in-your-name": "Something was asked or decided in my name",
  "taken-away": "An identity of mine was suspended, narrowed, rotated or retired",
};

export const waysToTell = ["at-once", "daily", "never"] as const;
/** How a person wants to be told: mail for each, one a day with everything, or not at all. */
export type WayToTell = (typeof waysToTell)[number];
export const wayWords: Readonly<Record<WayToTell, string>> = {
  "at-once": "At once",
  daily: "Once a day",
  never: "Never",
};

/** What a person has chosen; a kind that is not named is told at once. */
export type NoticeChoice = Readonly<Partial<Record<NoticeKind, WayToTell>>>;

/** Reads a kept choice; what cannot be read is no choice, and a promised kind is never one. */
export function readChoice(value: unknown): NoticeChoice {
  if (typeof value !== "object" || value === null) return {};
  const given = new Map<string, unknown>(Object.entries(value));
  const pairs = noticeKinds
    .filter((kind) => !isPromised(kind))
    .map((kind) => [kind, waysToTell.find((way) => way === given.get(kind))] as const);
  return Object.fromEntries(pairs.filter(([, way]) => way !== undefined));
}

/** Hour of the day, UTC, at which a day's notices are sent together. */
const dailyHour = 7;

/** When a notice is to be sent: now, at the next daily hour, or never (null). */
export function dueFor(kind: NoticeKind, choice: NoticeChoice, now: Date): Date | null {
  const way = isPromised(kind) ? "at-once" : (choice[kind] ?? "at-once");
  if (way === "never") return null;
  if (way === "at-once") return now;
  const next = new Date(now);
  next.setUTCHours(dailyHour, 0, 0, 0);
  if (next.getTime() <= now.getTime()) next.setUTCDate(next.getUTCDate() + 1);
  return next;
}

/** Who did it, when, and who is told of the same: for systems, which are told once and of everybody. */
export interface NoticeAbout {
  /** A person's id, `System` or `host`. */
  readonly actor: string;
  /** ISO instant of the entry that it is told of; null where it comes of no entry. */
  readonly at: string | null;
  readonly people: readonly string[];
}

/** What somebody is to be told, before it is known how. */
export interface Notice {
  readonly kind: NoticeKind;
  /** The same for the same thing told to the same person. */
  readonly key: string;
  /** Null: only webhooks hear of it. */
  readonly person: string | null;
  readonly sentence: string;
  readonly path: string;
  readonly about: NoticeAbout;
}

/** Tries before a notice is given up, and the pause after the first; each further pause is twice as long. */
const most = { usual: 12, promised: 36, refused: 9 };
const firstMs = 30_000;
const longestMs = 6 * 3_600_000;

/** How a try failed: the receiver was not reached or put it off, it refused, or nobody is there to be told any more. */
export type Failing = "put-off" | "refused" | "nobody";

/**
 * When to try again after this many failures; null: give it up. Some fifteen hours in all, two where it is refused, and a week for
 * what is promised, refused or not: a relay that is set up wrongly must not keep it from who has to know.
 */
export function nextTry(
  failures: number,
  of: { readonly now: Date; readonly promised: boolean; readonly failing: Failing },
): Date | null {
  const tries = of.promised ? most.promised : of.failing === "refused" ? most.refused : most.usual;
  if (of.failing === "nobody" || failures >= tries) return null;
  return new Date(of.now.getTime() + Math.min(longestMs, firstMs * 2 ** (failures - 1)));
}
