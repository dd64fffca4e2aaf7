"use client";
import { useState } from "react";
import type { Ticks } from "../data-table.tsx";
import type { Selected } from "./many.ts";

/** Which rows are ticked: it outlives paging, sorting and filtering. */
export function useSelection() {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Selected>>(new Map());
  const ticks: Ticks<Selected> = {
    has: ({ id }) => chosen.has(id),
    set: (rows, on) =>
      setChosen((before) => {
        const after = new Map(before);
        for (const { id, name, environment } of rows) {
          if (on) after.set(id, { id, name, environment });
          else after.delete(id);
        }
        return after;
      }),
    name: ({ name }) => name,
  };
  const clear = () => setChosen(new Map());
  return { chosen: [...chosen.values()], ticks, clear };
}
export type Selection = ReturnType<typeof useSelection>;
