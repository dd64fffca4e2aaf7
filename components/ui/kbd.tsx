import type { ReactNode } from "react";

/** A key, as printed on it. */
export const Kbd = ({ children }: { readonly children: ReactNode }) => (
  <kbd className="rounded-sm border border-b-2 border-line bg-surface px-[5px] font-sans text-2xs leading-4 font-medium text-muted">
    {children}
  </kbd>
);
