import type { Decision } from "./decision.ts";
import { asRefusals, type Refusals } from "./refusal.ts";

/** What policy refuses, one sentence a rule at its field, with what would satisfy it; null when it does not refuse. */
export function policyRefusals({ outcome, reasons }: Decision): Refusals | null {
  if (outcome !== "refused") return null;
  const spoken = reasons.flatMap(({ tone, ...reason }) =>
    tone === "refuses" ? [{ code: "refused-by-policy" as const, ...reason }] : [],
  );
  return asRefusals(spoken) ?? [{ code: "refused-by-policy", sentence: "No rule of the active policy allows this." }];
}
