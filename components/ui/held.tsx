"use client";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

type Hold = (by: (holders: number) => number) => void;
const HoldContext = createContext<Hold>(() => undefined);

/** Stays as it is drawn, whatever its page is drawn anew with, while something in it holds it. */
export function Held({ children }: { readonly children: ReactNode }) {
  const [holders, hold] = useState(0);
  const [drawn, draw] = useState(children);
  if (holders === 0 && drawn !== children) draw(children);
  return <HoldContext value={hold}>{drawn}</HoldContext>;
}

/** Holds what stands around it for as long as `held`, so that it does not go under a person's hands. */
export function useHold(held: boolean): void {
  const hold = useContext(HoldContext);
  useEffect(() => {
    if (!held) return;
    hold((holders) => holders + 1);
    return () => hold((holders) => holders - 1);
  }, [held, hold]);
}
