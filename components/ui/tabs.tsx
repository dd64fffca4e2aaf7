"use client";
import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

export interface Tab {
  /** Tells tabs apart; not shown. */
  readonly id: string;
  readonly label: ReactNode;
  readonly content: ReactNode;
}

/** A few views of one thing as joined segments; arrow keys move between them. `bar` wraps the segments where a page wants them elsewhere. */
export function Tabs({
  tabs,
  label,
  bar,
}: {
  readonly tabs: readonly Tab[];
  readonly label: string;
  readonly bar?: (segments: ReactNode) => ReactNode;
}) {
  const segments = (
    <Radix.List
      aria-label={label}
      className="inline-flex max-w-full overflow-x-auto rounded-md border border-line-strong bg-surface"
    >
      {tabs.map((tab, at) => (
        <Radix.Trigger
          key={tab.id}
          value={String(at)}
          className="border-r border-line px-2 py-1 text-sm whitespace-nowrap text-muted transition-colors duration-100 last:border-r-0 hover:text-text focus-visible:-outline-offset-2 data-[state=active]:bg-accent-soft data-[state=active]:font-[560] data-[state=active]:text-accent-text"
        >
          {tab.label}
        </Radix.Trigger>
      ))}
    </Radix.List>
  );
  return (
    <Radix.Root defaultValue="0">
      {bar ? bar(segments) : segments}
      {tabs.map((tab, at) => (
        <Radix.Content key={tab.id} value={String(at)} className="mt-2.5 outline-offset-4">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
