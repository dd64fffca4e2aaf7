import type { RecordFinding } from "./finding.ts";
import type { FourAnswers } from "./four-answers.ts";

/** The four questions, in the order in which people ask them. */
export const questions = ["who", "why", "reach", "end"] as const satisfies readonly (keyof FourAnswers)[];
export type QuestionOf = (typeof questions)[number];

/** Ways to be outside: one question without a good answer, or out of policy. Of two that began at once the first counts. */
export const debtCauses = [...questions, "policy"] as const;
export type DebtCause = (typeof debtCauses)[number];

/** Findings that say that an identity is out of policy; an exception that has ended is another way. A mute hides one and mends nothing. */
export const policyFindings = [
  "unrotated",
  "static-avoidable",
  "unattested",
  "stale",
  "never-used",
] as const satisfies readonly RecordFinding[];

/**
 * Groups of identities that are counted and listed by the same name. `counted`: live or suspended. `missing.*`: without a good
 * answer to that question, or to any. `outside.*`: those that stand in the debt under that cause, each once, under the one it has
 * had longest.
 */
export const debtGroups = [
  "counted",
  "missing.any",
  ...questions.map((question) => `missing.${question}` as const),
  "outside.any",
  ...debtCauses.map((cause) => `outside.${cause}` as const),
] as const;
export type DebtGroup = (typeof debtGroups)[number];
export const asDebtGroup = (text: string): DebtGroup | null => debtGroups.find((group) => group === text) ?? null;

export const questionWords: { readonly [Q in QuestionOf]: string } = {
  who: "Who owns it",
  why: "Why it exists",
  reach: "What it reaches",
  end: "When it ends",
};
export const causeWords: { readonly [C in DebtCause]: string } = {
  who: "Without owner",
  why: "Without purpose",
  reach: "Reach not as approved",
  end: "Without end",
  policy: "Out of policy",
};
export const groupWords: { readonly [G in DebtGroup]: string } = {
  counted: "Live or suspended",
  "missing.any": "Not all four good",
  "missing.who": "Who owns it: missing",
  "missing.why": "Why it exists: missing",
  "missing.reach": "What it reaches: missing",
  "missing.end": "When it ends: missing",
  "outside.any": "Debt: all",
  "outside.who": "Debt: without owner",
  "outside.why": "Debt: without purpose",
  "outside.reach": "Debt: reach not as approved",
  "outside.end": "Debt: without end",
  "outside.policy": "Debt: out of policy",
};

/** Names of all figures that are kept of a day: the groups, and `debt.*`, identity-days under that cause. */
export const debtFigures = [...debtGroups, ...debtCauses.map((cause) => `debt.${cause}` as const)] as const;
export type DebtFigure = (typeof debtFigures)[number];
export type Figures = ReadonlyMap<string, number>;

const figure = (figures: Figures, name: DebtFigure): number => figures.get(name) ?? 0;

/** Percent of identities with four good answers, cut after one decimal, so that 100 means every one; null where there is none. */
export function answeredShare(figures: Figures): number | null {
  const counted = figure(figures, "counted");
  if (counted === 0) return null;
  return Math.floor(((counted - figure(figures, "missing.any")) * 1_000) / counted) / 10;
}

/** Identity-days of the whole debt. */
export const debtOf = (figures: Figures): number =>
  debtCauses.reduce((sum, cause) => sum + figure(figures, `debt.${cause}`), 0);

/** A day's figures; `day` as 2026-11-29. */
export interface CountedDay {
  readonly day: string;
  readonly figures: Figures;
}

/** A week that ends with `day`, with its last count; null where nothing was counted in it. */
export interface CountedWeek {
  readonly day: string;
  readonly figures: Figures | null;
}

const dayMs = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The last `weeks` weeks up to `today`, oldest first. Days are in no order. */
export function byWeek(
  days: readonly CountedDay[],
  { today, weeks }: { today: string; weeks: number },
): readonly CountedWeek[] {
  const end = Date.parse(today);
  return Array.from({ length: weeks }, (_, at) => {
    const last = end - (weeks - 1 - at) * 7 * dayMs;
    const within = days.filter(({ day }) => Date.parse(day) <= last && Date.parse(day) > last - 7 * dayMs);
    const newest = within.reduce<CountedDay | null>((a, b) => (a === null || b.day > a.day ? b : a), null);
    return { day: dayOf(last), figures: newest?.figures ?? null };
  });
}
