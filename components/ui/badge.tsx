import type { ReactNode } from "react";
import { cx } from "./cx.ts";

export type Tone = "neutral" | "good" | "warn" | "bad" | "info" | "outline";

const tones = {
  neutral: "bg-sunken text-muted",
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  info: "bg-info-soft text-info",
  outline: "text-text shadow-[inset_0_0_0_1px_var(--line-strong)]",
} as const;

/** A state in a word. Colour never speaks alone: give an icon with every tone but `neutral` and `outline`. */
export function Badge({
  tone = "neutral",
  icon,
  children,
  title,
}: {
  readonly tone?: Tone;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
  readonly title?: string | undefined;
}) {
  return (
    <span
      title={title}
      className={cx(
        "inline-flex h-[21px] items-center align-middle gap-1.5 rounded-[5px] px-[7px] text-xs font-[540] whitespace-nowrap [&_svg]:size-[13px] [&_svg]:shrink-0",
        tones[tone],
      )}
    >
      {icon}
      {children}
    </span>
  );
}
