"use client";
import { useEffect, useRef } from "react";

/**
 * For the element around what is another thing at each `stage`: where what has the focus goes with a stage, the first that can take
 * it in the next one does. Not where a person has clicked it away, and not for what changes within a stage.
 */
export function useKeptFocus(stage: string) {
  const box = useRef<HTMLDivElement>(null);
  const held = useRef<Node | null>(null);
  const was = useRef(stage);
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
    if (was.current === stage) return;
    was.current = stage;
    const isLost = held.current?.isConnected === false && document.activeElement === document.body;
    if (isLost) box.current?.querySelector<HTMLElement>("button, input, select, textarea")?.focus();
  }, [stage]);
  return box;
}
