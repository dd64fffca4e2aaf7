import type { ReactNode } from "react";

/** One thing in a list of things to do: an icon in amber, its name, and what can be done about it. */
export const Line = ({ children }: { readonly children: ReactNode }) => (
  <li className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-1.5 last:border-b-0 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-warn">
    {children}
  </li>
);
