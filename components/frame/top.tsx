import type { ReactNode } from "react";
import { TopTools } from "./top-tools.tsx";

/** The sticky line above a page: its place at the left, search, theme and (on a phone) the person at the right. */
export const Top = ({ children }: { readonly children: ReactNode }) => (
  <header
    data-chrome
    className="sticky top-0 z-20 flex h-12 items-center gap-3 border-b border-line bg-[color-mix(in_srgb,var(--bg)_92%,transparent)] px-4 backdrop-blur-[6px] md:px-6"
  >
    <div className="min-w-0 flex-1">{children}</div>
    <TopTools />
  </header>
);
