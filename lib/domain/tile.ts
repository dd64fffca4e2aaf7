/** Headline groups of the inventory; each is a filter and a count. */
export const tiles = [
  ...(["all", "findings", "unowned", "expiring", "unattested", "suspended"] as const),
  ...(["static", "unrotated", "stale", "never-used", "no-signal", "differs"] as const),
] as const;
export type Tile = (typeof tiles)[number];

interface Words {
  readonly title: string;
  /** What is among them and what is not, where the title alone could be taken for more. */
  readonly meaning?: string;
}

/** A tile's words where policy's figure is known, in days. */
export const wordsOfTile = (tile: Tile, expiringDays: number | null): Words =>
  tile === "expiring" && expiringDays !== null
    ? {
        title: `End within ${sayDays(expiringDays)}`,
        meaning: `Live or suspended, and their end lies at most ${sayDays(expiringDays)} ahead.`,
      }
    : tileWords[tile];

/** "30 days", "1 day". */
export const sayDays = (days: number): string => `${days} ${days === 1 ? "day" : "days"}`;

export const tileWords: { readonly [T in Tile]: Words } = {
  all: { title: "All identities" },
  findings: { title: "With findings", meaning: "At least one finding is open and not muted." },
  unowned: {
    title: "No active owner",
    meaning: "The owner is no longer active. Where a backup stands in, it still does.",
  },
  expiring: { title: "End soon", meaning: "Enabled, and their end is as near as policy calls soon." },
  unattested: {
    title: "Not attested",
    meaning: "Their owner was asked whether they are still needed, and is overdue.",
  },
  suspended: { title: "Suspended" },
  static: { title: "Static secret" },
  unrotated: {
    title: "Not rotated in time",
    meaning: "The secret in force is older than the identity's own rule for rotation allows.",
  },
  stale: {
    title: "Stale",
    meaning:
      "Silent for as long as policy lets them lie idle, used before or never, by sources that would have told of any use, their lag taken off. Where nobody can say, they are under No signal.",
  },
  "never-used": {
    title: "Never used",
    meaning:
      "No use so far, however young they are, by sources that would have told of any. Where nobody can say, they are under No signal.",
  },
  "no-signal": {
    title: "No signal",
    meaning: "Nothing tells of every use of them: they may be used or not.",
  },
  differs: { title: "Changed outside", meaning: "What lies at the target differs from what was approved." },
};
