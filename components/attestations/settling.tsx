"use client";
import { createContext, type ReactNode, useCallback, useContext, useLayoutEffect, useRef } from "react";

/** How long a card that took another's place is not kept at one press, ms: a press within it was meant for the one before. */
const settles = 600;

const SettledContext = createContext((): boolean => true);
/** Whether the card has stood long enough to be meant by a press. */
export const useSettled = (): (() => boolean) => useContext(SettledContext);

/** Around the place where one card follows another; `card` tells them apart. */
export function Settling({ card, children }: { readonly card: string; readonly children: ReactNode }) {
  const was = useRef(card);
  const since = useRef(Number.NEGATIVE_INFINITY);
  useLayoutEffect(() => {
    if (was.current === card) return;
    was.current = card;
    since.current = performance.now();
  }, [card]);
  const settled = useCallback(() => performance.now() - since.current > settles, []);
  return <SettledContext value={settled}>{children}</SettledContext>;
}
