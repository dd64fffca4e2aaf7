import type { ReactNode } from "react";
import { cx } from "./cx.ts";

const tones = { info: "bg-info-soft text-info", warn: "bg-warn-soft text-warn", bad: "bg-bad-soft text-bad" } as const;

/** A thin line across the top, only when something concerns everyone; says what to do. */
export const Banner = ({ tone, children }: { readonly tone: keyof typeof tones; readonly children: ReactNode }) => (
  <div data-chrome className={cx("border-b border-line px-4 py-1.5 text-sm md:px-6", tones[tone])}>
    {children}
  </div>
);

/** A remark inside a page that must not be missed. */
export const Notice = ({
  tone,
  icon,
  children,
}: {
  readonly tone: keyof typeof tones;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}) => (
  <div
    className={cx(
      "flex gap-2.5 rounded-md px-3 py-2.5 text-[13.5px] [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0",
      tones[tone],
    )}
  >
    {icon}
    <div className="min-w-0">{children}</div>
  </div>
);
