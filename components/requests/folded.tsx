"use client";
import { ChevronDown } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { cx } from "#components/ui/cx.ts";

/** One line on a phone that unfolds what it sums up; from the tablet on, the whole. */
export function Folded({
  line,
  className,
  children,
}: {
  readonly line: ReactNode;
  readonly className: string;
  readonly children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className={cx("flex w-full items-center gap-2 text-left md:hidden", className)}
      >
        {line}
        <ChevronDown aria-hidden className={cx("ml-auto size-4 shrink-0", open && "rotate-180")} />
      </button>
      <div id={id} className={cx("md:block", open ? "block" : "hidden")}>
        {children}
      </div>
    </>
  );
}
