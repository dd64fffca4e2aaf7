/** What a target showed of one name under our path or with our mark. */
export interface Seen {
  readonly name: string;
  readonly externalId: string;
  /** `verified`: our HMAC fits this target, name and intent. `forged`: it carries a mark that does not. */
  readonly mark: "verified" | "forged" | "none";
  /** Intent its mark names; null without a mark. */
  readonly intent: string | null;
  /** How it differs from the plan; [] when it is as planned or was not compared. */
  readonly differences: readonly string[];
}

/** What the inventory has recorded for that name. */
export interface Recorded {
  readonly name: string;
  readonly identity: string;
  /** Intent that made it. */
  readonly intent: string;
  readonly externalId: string | null;
  /** Whether an object must exist now; `settling` while an intent runs or a consistency window is open. */
  readonly expected: "present" | "absent" | "settling";
}

export type Discrepancy = "known" | "drifted" | "orphan" | "missing" | "squatter" | "settling";

export interface Judgement {
  readonly name: string;
  readonly verdict: Discrepancy;
  /** The identity concerned; null for what nobody recorded. */
  readonly identity: string | null;
  readonly sentence: string;
}

/**
 * Compares what a target shows with what is recorded, name by name (names compare without case, as IAM's do). `seen` must
 * have been listed **before** `recorded` was read, or an object made in between would look like an orphan's.
 */
export function reconcile(seen: readonly Seen[], recorded: readonly Recorded[]): readonly Judgement[] {
  const byName = new Map(recorded.map((one) => [one.name.toLowerCase(), one]));
  const shown = new Set(seen.map((one) => one.name.toLowerCase()));
  return [
    ...seen.map((one) => judge(one, byName.get(one.name.toLowerCase()))),
    ...recorded
      .filter((one) => one.expected === "present" && !shown.has(one.name.toLowerCase()))
      .map(
        (one): Judgement => ({
          name: one.name,
          verdict: "missing",
          identity: one.identity,
          sentence: "It is recorded, but the target does not show it.",
        }),
      ),
  ];
}

function judge(seen: Seen, recorded: Recorded | undefined): Judgement {
  const at = { name: seen.name, identity: recorded?.identity ?? null };
  if (seen.mark === "forged")
    return { ...at, verdict: "squatter", sentence: "It claims to be ours, but its mark does not verify." };
  if (seen.mark === "none")
    return { ...at, verdict: "squatter", sentence: "It lies in our namespace without our mark." };
  if (recorded === undefined)
    return { ...at, verdict: "orphan", sentence: "It carries our mark, but nothing is recorded under its name." };
  if (recorded.intent !== seen.intent)
    return { ...at, verdict: "squatter", sentence: "Its mark is of another intent than the recorded one." };
  if (recorded.externalId !== null && recorded.externalId !== seen.externalId)
    return { ...at, verdict: "squatter", sentence: "Something was put in its place: the target's own id differs." };
  if (recorded.expected === "settling") return { ...at, verdict: "settling", sentence: "Work on it is under way." };
  if (recorded.expected === "absent")
    return { ...at, verdict: "orphan", sentence: "It was removed, but the target still shows it." };
  if (seen.differences.length > 0)
    return { ...at, verdict: "drifted", sentence: `It differs from its plan: ${seen.differences.join("; ")}.` };
  return { ...at, verdict: "known", sentence: "It is as planned." };
}
