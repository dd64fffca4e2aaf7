import { CircleAlert, OctagonAlert, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { levelOf, type Severity as Points, type SeverityLevel } from "#lib/domain/finding.ts";
import { Badge, type Tone } from "../ui/badge.tsx";

const looks: {
  readonly [L in SeverityLevel]: { readonly tone: Tone; readonly icon: ReactNode; readonly word: string };
} = {
  high: { tone: "bad", icon: <OctagonAlert aria-hidden />, word: "High" },
  medium: { tone: "warn", icon: <TriangleAlert aria-hidden />, word: "Medium" },
  low: { tone: "neutral", icon: <CircleAlert aria-hidden />, word: "Low" },
};
export const levelWord = (level: SeverityLevel): string => looks[level].word;

/** How much a finding matters, as a word with its number; the arithmetic on hover. */
export function Severity({
  points,
  parts = [],
}: {
  readonly points: Points["points"];
  readonly parts?: Points["parts"];
}) {
  const { tone, icon, word } = looks[levelOf(points)];
  const title = parts.map((part) => `${part.label} ${part.points}`).join(" + ");
  return (
    <Badge tone={tone} icon={icon} title={title === "" ? undefined : title}>
      {word} {points}
    </Badge>
  );
}
