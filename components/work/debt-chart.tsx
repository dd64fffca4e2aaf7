"use client";
import dynamic from "next/dynamic";
import type { DebtBar } from "./debt-words.ts";

/** The drawing comes after the page, into the room it will need. */
const Bars = dynamic(() => import("./debt-bars.tsx").then(({ DebtBars }) => DebtBars), {
  ssr: false,
  loading: () => <div className="size-full rounded-md bg-sunken" />,
});

export const DebtChart = ({ bars }: { readonly bars: readonly DebtBar[] }) => (
  <div aria-hidden className="mb-2 h-44">
    <Bars bars={bars} />
  </div>
);
