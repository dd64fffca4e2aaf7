import { CircleAlert, OctagonAlert, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Severity as Points, SeverityLevel } from "#lib/domain/finding.ts";
import { Badge, type Tone } from "../ui/badge.tsx";

const looks: {
  readonly [L in SeverityLevel]: { readonly tone: Tone; readonly icon: ReactNode; readonly word: string };
} = {
  high: { tone: "bad", icon: <OctagonAlert aria-hidden />, word: "High" },
  medium: { tone: "warn", icon: <TriangleAlert aria-hidden />, word: "Medium" },
  low: { tone: "neutral", icon: <CircleAlert aria-hidden />, word: "Low" },
};
export const levelWord = (level: SeverityLevel): string => looks[level].word;

interface SeverityProps {
  readonly level: SeverityLevel;
  readonly points: number;
  readonly parts?: Points["parts"];
}

/** How much a finding matters, as a word with its number; the arithmetic on hover. */
export function Severity({ level, points, parts = [] }: SeverityProps) {
  const { tone, icon, word } = looks[level];
  const title = parts.map((part) => `${part.label} ${part.points}`).join(" + ");
  return (
    <Badge tone={tone} icon={icon} title={title === "" ? undefined : title}>
      {word} {points}
    </Badge>
  );
}
