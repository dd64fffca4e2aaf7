/** What can be wrong with an identity or an object; what reconciliation finds and what its charter shows. */
export const findingKinds = ["orphan", "missing", "drifted", "squatter", "owner-gone", "ended"] as const;
export type FindingKind = (typeof findingKinds)[number];

interface Words {
  readonly title: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly severity: "high" | "medium" | "low";
}

const words: { readonly [K in FindingKind]: Words } = {
  orphan: { title: "Ours, but not recorded", remedy: "It is disabled and removed after the hold.", severity: "high" },
  missing: { title: "Recorded, but not there", remedy: "Retire it, or ask for it anew.", severity: "medium" },
  drifted: {
    title: "Changed at the target",
    remedy: "Find out who changed it, then retire it or ask for what it now is.",
    severity: "high",
  },
  squatter: {
    title: "Name already taken by something that is not ours",
    remedy: "Find its owner at the target; Charter touches nothing.",
    severity: "high",
  },
  "owner-gone": { title: "Owner no longer active", remedy: "Transfer it, or retire it.", severity: "medium" },
  ended: { title: "The end has passed", remedy: "It is being retired.", severity: "medium" },
};

/** A finding's heading, remedy and weight. */
export const describeFinding = (kind: FindingKind): Words => words[kind];
