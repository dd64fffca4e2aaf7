"use client";
import { useEffect } from "react";

/** What takes keys itself: fields to type in, dialogs and menus; Enter and Space also buttons and links. */
const typing =
  "input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable],[role=dialog],[role=menu]";
const pressing = "a,button,summary";

/** Single keys, while no field has the focus and no dialog is open, wherever its focus went. */
export function useKeys(keys: Readonly<Record<string, () => void>>) {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const taken = event.key === "Enter" || event.key === " " ? `${typing},${pressing}` : typing;
      if (event.target instanceof Element && event.target.closest(taken)) return;
      if (document.querySelector("[role=dialog]") !== null) return;
      const act = keys[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [keys]);
}
