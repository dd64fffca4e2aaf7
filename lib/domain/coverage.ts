import type { Stage } from "./attestation.ts";

/**
 * How far the question of an identity that lives is, as a number of the attestations page and a filter of the inventory. *Not due* is
 * those attested and those not asked yet together.
 */
export const coverages = ["overdue", "asked", "attested", "never", "not-due"] as const;
export type Coverage = (typeof coverages)[number];

export const coverageWords: { readonly [C in Coverage]: string } = {
  overdue: "Overdue",
  asked: "Asked now",
  attested: "Attested",
  never: "Not asked yet",
  "not-due": "Not due",
};

/** Null where the text names none. */
export const asCoverage = (text: string): Coverage | null => coverages.find((one) => one === text) ?? null;

/** Stages of a question that is asked and in time. */
export const inTime = ["asked", "reminded", "backup-asked"] as const satisfies readonly Stage[];
