"use client";
import { useEffect, useRef } from "react";

/** For the element around what changes: where what has the focus goes, the first that can take it in its place does. Not where a person has clicked it away. */
export function useKeptFocus() {
  const box = useRef<HTMLDivElement>(null);
  const held = useRef<Node | null>(null);
  useEffect(() => {
    const note = ({ target }: FocusEvent) => {
      held.current = target instanceof Node && box.current?.contains(target) ? target : null;
    };
    const clickedAway = () => {
      if (document.activeElement === document.body) held.current = null;
    };
    document.addEventListener("focusin", note);
    document.addEventListener("pointerup", clickedAway, true);
    return () => {
      document.removeEventListener("focusin", note);
      document.removeEventListener("pointerup", clickedAway, true);
    };
  }, []);
  useEffect(() => {
    const isLost = held.current?.isConnected === false && document.activeElement === document.body;
    if (isLost) box.current?.querySelector<HTMLElement>("button, input, select, textarea")?.focus();
  });
  return box;
}
