"use client";
import { useEffect } from "react";

/** What takes keys itself: fields to type in, dialogs and menus; Enter and Space also buttons and links. */
const typing =
  "input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable],[role=dialog],[role=menu]";
const pressing = "a,button,summary";

type Keys = Readonly<Record<string, () => void>>;
const none: Keys = {};

/**
 * Single keys, while no field has the focus and no dialog is open, wherever its focus went. One that is held down is one press; a
 * move goes on.
 */
export function useKeys(verbs: Keys, moves = none) {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const taken = event.key === "Enter" || event.key === " " ? `${typing},${pressing}` : typing;
      if (event.target instanceof Element && event.target.closest(taken)) return;
      if (document.querySelector("[role=dialog]") !== null) return;
      const act = verbs[event.key] ?? moves[event.key];
      if (act === undefined) return;
      event.preventDefault();
      if (!event.repeat || event.key in moves) act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [verbs, moves]);
}
