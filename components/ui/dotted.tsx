import type { ReactNode } from "react";
import { cx } from "./cx.ts";

/** Short facts in a line, a dot between two of them: where the line breaks none is left over, at neither end. */
export const Dotted = ({ children, className }: { readonly children: ReactNode; readonly className?: string }) => (
  <p
    className={cx(
      "flex flex-wrap gap-x-3.5 overflow-x-clip [&>*]:relative [&>*]:-ml-3.5 [&>*]:pl-3.5",
      "[&>*]:before:absolute [&>*]:before:left-[5px] [&>*]:before:content-['·'] [&>*]:before:text-faint",
      className,
    )}
  >
    {children}
  </p>
);
