import type { ReactNode } from "react";

/** A key, as printed on it; left out where the screen is too narrow for there to be one. */
export const Kbd = ({ children }: { readonly children: ReactNode }) => (
  <kbd className="rounded-sm max-md:hidden border border-b-2 border-line bg-surface px-[5px] font-sans text-2xs leading-4 font-medium text-muted">
    {children}
  </kbd>
);
