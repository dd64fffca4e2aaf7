import { CircleCheck, CircleX, Users } from "lucide-react";
import type { Decision, Reason } from "#lib/domain/decision.ts";

const marks: { readonly [T in Reason["tone"]]: { readonly icon: React.ReactNode; readonly word: string } } = {
  refuses: { icon: <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />, word: "Refused" },
  asks: { icon: <Users aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />, word: "Asks people" },
  passes: { icon: <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />, word: "Passes" },
};
const order: readonly Reason["tone"][] = ["refuses", "asks", "passes"];

/** What policy says, refusals first: each rule as a sentence, what would satisfy it, and the controls it supports. */
export const Reasons = ({ decision }: { readonly decision: Pick<Decision, "reasons"> }) => (
  <ul>
    {decision.reasons
      .toSorted((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone))
      .map((reason) => (
        <li
          key={`${reason.tone}/${reason.rule}`}
          className="flex gap-2.5 border-b border-line py-2 text-[13.5px] leading-[1.45] last:border-b-0"
        >
          {marks[reason.tone].icon}
          <span className="min-w-0">
            <span className="sr-only">{marks[reason.tone].word}: </span>
            {reason.sentence}{" "}
            {reason.tone === "refuses" && reason.mend ? <span className="text-muted">{reason.mend}</span> : null}
            {reason.controls.length > 0 ? (
              <span className="block text-xs text-faint">supports {reason.controls.join(", ")}</span>
            ) : null}
          </span>
        </li>
      ))}
  </ul>
);
