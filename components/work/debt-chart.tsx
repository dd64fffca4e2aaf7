"use client";
import { InItsPlace } from "#components/ui/in-its-place.tsx";
import { onDemand } from "#components/ui/on-demand.ts";
import type { DebtBar } from "./debt-words.ts";

/** The drawing comes after the page, into the room it will need. */
const drawing = onDemand(async () => (await import("./debt-bars.tsx")).DebtBars);

export const DebtChart = ({ bars }: { readonly bars: readonly DebtBar[] }) => (
  <div className="mb-2 h-44">
    <InItsPlace
      of={drawing}
      waiting={<div className="size-full rounded-md bg-sunken" />}
      missing="The drawing could not be shown. Try again, or load the page anew."
      className="h-full"
    >
      {(Bars) => <Bars bars={bars} />}
    </InItsPlace>
  </div>
);
