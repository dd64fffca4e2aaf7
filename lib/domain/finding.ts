import type { LaterKind } from "./change.ts";
import type { Environment } from "./charter.ts";
import type { Discrepancy } from "./reconciliation.ts";
import { asRefusals, type Outcome, ok, refuse } from "./refusal.ts";
import { whyNotPlain } from "./text.ts";

/** What is found by looking at the records alone; what a target shows is a `Discrepancy`. */
export const recordFindings = [
  "unowned",
  "owner-inactive",
  "stale",
  "never-used",
  "expiring",
  "expired",
  "unrotated",
  "static-avoidable",
  "unattested",
  "exception-ending",
] as const;
export type RecordFinding = (typeof recordFindings)[number];

/** What differs at a target from what is recorded. */
export const discrepancyFindings = [
  "missing",
  "drifted",
  "squatter",
  "unregistered",
  "orphan",
] as const satisfies Discrepancy[];

/** Everything that can be wrong with an identity or at a target. */
export const findingKinds = [...recordFindings, ...discrepancyFindings] as const;
export type FindingKind = (typeof findingKinds)[number];

interface FindingWords {
  readonly title: string;
  /** When it is open, in a sentence. */
  readonly meaning: string;
  /** The sentence of one finding, with the names of its evidence in braces; null: the sweep that finds it says it itself. */
  readonly sentence: string | null;
  /** The names of its evidence that say what is wrong; what is left out moves by itself. A mute lasts while these are the same. */
  readonly says: readonly string[];
  /** Its part of the severity. */
  readonly points: number;
  /** Control ids that looking for it supports. Ids: OWASP NHI Top 10 2025, NIST CSF 2.0, PCI DSS 4.0.1. */
  readonly controls: readonly string[];
  /** Kinds of request that would end it, best first. */
  readonly remedies: readonly LaterKind[];
}

const birth = ["NHI1:2025", "GV.RR-02", "PCI DSS 7.2.5"];
const inventory = ["NHI1:2025", "ID.AM-02", "ID.AM-08", "PCI DSS 7.2.5.1"];
const review = ["NHI1:2025", "NHI5:2025", "PR.AA-05", "PCI DSS 7.2.5.1"];
const ladder = ["NHI4:2025", "NHI7:2025", "PR.AA-03", "PCI DSS 8.6.3"];

const words: { readonly [K in FindingKind]: FindingWords } = {
  unowned: {
    title: "Unowned",
    meaning: "Its owner has left, and so has its backup: nobody answers for it.",
    sentence: "Its owner {owner} has left, and nobody of its backup, {backup}, is active.",
    says: ["owner", "backup"],
    points: 50,
    controls: birth,
    remedies: ["transfer", "retire"],
  },
  "owner-inactive": {
    title: "Owner has left",
    meaning: "Its owner is no longer active; its backup stands in.",
    sentence: "Its owner {owner} has left; {backup} stands in.",
    says: ["owner", "backup"],
    points: 30,
    controls: birth,
    remedies: ["transfer", "retire"],
  },
  stale: {
    title: "No longer used",
    meaning: "It was used, and its target vouches for no use since, for as long as policy lets it lie idle.",
    sentence: "No use since {unusedOn}; it counts as stale since {staleOn}.",
    says: ["lastUsedOn"],
    points: 25,
    controls: review,
    remedies: ["suspend", "retire"],
  },
  "never-used": {
    title: "Idle since made",
    meaning: "Its target would have told of any use, and has told of none for as long as policy lets it lie idle.",
    sentence: "It could be used from {unusedOn} on and never was; it counts as stale since {staleOn}.",
    says: [],
    points: 25,
    controls: review,
    remedies: ["retire", "suspend"],
  },
  expiring: {
    title: "Ends soon",
    meaning: "It is enabled, and its end is near.",
    sentence: "It ends on {endsOn}; then it is disabled.",
    says: ["endsOn"],
    points: 15,
    controls: ["NHI1:2025", "PR.AA-01", "PCI DSS 7.2.5"],
    remedies: ["renew", "retire"],
  },
  expired: {
    title: "Past its end",
    meaning: "Its end has passed and it is still enabled.",
    sentence: "Its end passed on {endsOn}, and it is still enabled.",
    says: ["endsOn"],
    points: 50,
    controls: ["NHI1:2025", "PR.AA-01", "PCI DSS 7.2.5"],
    remedies: ["retire", "renew"],
  },
  unrotated: {
    title: "Not rotated",
    meaning: "Its secret is older than its charter's rule for rotation allows.",
    sentence: "Its secret was issued on {issuedOn} and is due to be replaced every {days} days.",
    says: ["issuedOn", "days"],
    points: 35,
    controls: ["NHI7:2025", "PR.AA-01", "PCI DSS 8.6.3"],
    remedies: ["rotate", "retire"],
  },
  "static-avoidable": {
    title: "Avoidable secret",
    meaning: "It holds a static secret at a target where a workload can use its own token.",
    sentence: "It holds a static secret, and {target} accepts a workload's own token instead.",
    says: ["target"],
    points: 20,
    controls: ladder,
    remedies: ["retire"],
  },
  unattested: {
    title: "Not attested",
    meaning: "Its owner was due to say that it is still needed, and has not.",
    sentence: "Its owner was due to confirm it by {dueOn}.",
    says: ["dueOn"],
    points: 20,
    controls: review,
    remedies: ["retire"],
  },
  "exception-ending": {
    title: "Exception ends",
    meaning: "The dated exception it lives by ends soon, or has ended.",
    sentence: "Its exception ends on {endsOn}: {reason}",
    says: ["endsOn", "reason"],
    points: 25,
    controls: ladder,
    remedies: ["retire", "renew"],
  },
  missing: {
    title: "Missing",
    meaning: "Its object is gone from its target.",
    sentence: null,
    says: ["differences"],
    points: 40,
    controls: inventory,
    remedies: ["retire"],
  },
  drifted: {
    title: "Changed outside",
    meaning: "Its object differs from what was approved.",
    sentence: null,
    says: ["differences"],
    points: 45,
    controls: ["NHI5:2025", "PR.AA-05", "PCI DSS 7.2.5"],
    remedies: ["suspend", "change-access", "rotate", "retire"],
  },
  squatter: {
    title: "Not ours",
    meaning: "Something that is not ours stands at its target under its name.",
    sentence: null,
    says: ["differences"],
    points: 60,
    controls: inventory,
    remedies: [],
  },
  unregistered: {
    title: "Claims to be ours",
    meaning: "An object carries this portal's mark, and no record says that it was made here.",
    sentence: null,
    says: ["externalId", "intent"],
    points: 60,
    controls: inventory,
    remedies: [],
  },
  orphan: {
    title: "Left behind",
    meaning: "An object of a request that failed is still at its target.",
    sentence: null,
    says: ["externalId", "intent"],
    points: 35,
    controls: inventory,
    remedies: [],
  },
};

export const wordsOf = (kind: FindingKind): FindingWords => words[kind];

/** A kind as it stands in a row or an address; null for one that nobody knows. */
export const asFindingKind = (text: string): FindingKind | null => findingKinds.find((kind) => kind === text) ?? null;

/** Why a mute ended before its day: the finding had closed and came back, or its evidence says something else than when it was muted. */
export type MuteEnding = "reopened" | "changed";
export const sayMuteEnding: { readonly [E in MuteEnding]: string } = {
  reopened: "it had closed, and it has come back",
  changed: "the evidence changed",
};

/** Kinds of request that would end a finding, best first. */
export const remediesOf = (kind: FindingKind): readonly LaterKind[] => words[kind].remedies;

/** Points named one by one, as risk has them. */
export interface Severity {
  /** 0–100. */
  readonly points: number;
  readonly parts: readonly { readonly label: string; readonly points: number }[];
}

/** The figures are Charter's own. */
const severityFigures = { environment: { dev: 0, staging: 5, prod: 20 }, riskPerPoint: 4, cap: 100 } as const;

/** How much a finding matters: its kind, where the identity lives, and a quarter of its risk; the kind alone where there is no identity. */
export function severityOf(
  kind: FindingKind,
  identity: { readonly environment: Environment; readonly risk: number } | null,
): Severity {
  const { environment, riskPerPoint, cap } = severityFigures;
  const about =
    identity === null
      ? []
      : [
          { label: identity.environment, points: environment[identity.environment] },
          { label: `a quarter of its risk, ${identity.risk}`, points: Math.floor(identity.risk / riskPerPoint) },
        ];
  const parts = [{ label: words[kind].title, points: words[kind].points }, ...about].filter(({ points }) => points > 0);
  return {
    points: Math.min(
      cap,
      parts.reduce((sum, part) => sum + part.points, 0),
    ),
    parts,
  };
}

export const severityLevels = ["high", "medium", "low"] as const;
export type SeverityLevel = (typeof severityLevels)[number];
/** Least points of each level. */
export const severityFrom: { readonly [L in SeverityLevel]: number } = { high: 60, medium: 40, low: 0 };
/** What the next worse level begins with; beyond every severity for the worst. */
export const severityBelow = (level: SeverityLevel): number =>
  Math.min(...severityLevels.map((one) => severityFrom[one]).filter((from) => from > severityFrom[level]), 101);
export const levelOf = (points: number): SeverityLevel =>
  severityLevels.find((level) => points >= severityFrom[level]) ?? "low";

export interface Muting {
  readonly reason: string;
  readonly until: Date;
  /** Longest a finding may be muted, by policy. */
  readonly mostDays: number;
  readonly now: Date;
}

/** A mute has a reason, and an end that lies ahead within what policy allows. */
export function mayMute({ reason, until, mostDays, now }: Muting): Outcome<null> {
  const why = whyNotPlain(reason, { min: 10, max: 500 });
  const end = whyNotEnd(until.getTime() - now.getTime(), mostDays);
  const refused = asRefusals([
    ...(why === null ? [] : [{ code: "invalid", field: "reason", sentence: why } as const]),
    ...(end === null ? [] : [{ code: "invalid", field: "until", sentence: end } as const]),
  ]);
  return refused === null ? ok(null) : { refusals: refused };
}

function whyNotEnd(ms: number, mostDays: number): string | null {
  if (Number.isNaN(ms)) return "This is not a date.";
  if (ms <= 0) return "The end has passed; choose a day ahead.";
  return ms > mostDays * 86_400_000 ? `Policy mutes for at most ${mostDays} days; choose an earlier day.` : null;
}

/** Whose finding it is to mute: the owner of its identity, and security. */
export const mayMuteAs = (
  owner: string | null,
  asker: { readonly id: string; readonly roles: readonly string[] },
): Outcome<null> =>
  owner === asker.id || asker.roles.includes("security")
    ? ok(null)
    : refuse({ code: "forbidden", sentence: "Only the owner or security mutes a finding." });
