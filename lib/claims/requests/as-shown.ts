import { refuse } from "#lib/domain/refusal.ts";
import type { Examined } from "#lib/judgement/examine.ts";
import { planChanged } from "../refusals.ts";
import type { ChangeInput } from "./change-input.ts";

/** Who owns it accepts in the same click what it may do more. */
export const acceptsAtOnce = ({ kind }: Pick<ChangeInput, "kind">, { access }: Examined): boolean =>
  kind === "change-access" && access !== null && access.added.length > 0;

/** What would be made is no longer what was shown, or adds something where only less was meant; null when it is as shown. */
export function whyNotAsShown(
  { planDigest, onlyLess }: Pick<ChangeInput, "planDigest" | "onlyLess">,
  { planDigest: drawn, access }: Examined,
) {
  if (planDigest !== undefined && planDigest !== drawn) return planChanged;
  if (onlyLess !== true || access === null || access.added.length === 0) return null;
  const sentence = "Narrowing only takes away, and this adds something.";
  return refuse({ code: "conflict", sentence, mend: "Take the addition out, or ask for it on the identity's page." });
}
