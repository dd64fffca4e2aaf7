"use client";
import { useEffect, useRef } from "react";

/** For the element around what changes: where what has the focus goes, the first that can take it in its place does. */
export function useKeptFocus() {
  const box = useRef<HTMLDivElement>(null);
  const held = useRef<Node | null>(null);
  useEffect(() => {
    const note = ({ target }: FocusEvent) => {
      held.current = target instanceof Node && box.current?.contains(target) ? target : null;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, []);
  useEffect(() => {
    const isLost = held.current?.isConnected === false && document.activeElement === document.body;
    if (isLost) box.current?.querySelector<HTMLElement>("button, input, select, textarea")?.focus();
  });
  return box;
}
