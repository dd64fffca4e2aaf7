"use client";
import { cloneElement, useState } from "react";
import { createPortal } from "react-dom";
import type { MenuProps } from "./menu-lines.ts";
import { onDemand, usePart } from "./on-demand.ts";

const openMenu = onDemand(() => import("./open-menu.tsx"));
/** Where it does not come, that is said once it is pressed. */
const prepare = () => void openMenu.fetched().catch(() => {});

/**
 * Links and verbs behind a button: a plain button until it is first pressed, then the menu, loaded by that press. Left before it
 * came, it stays closed.
 */
export function Menu(props: MenuProps) {
  const [pressed, setPressed] = useState<{ readonly byKeyboard: boolean } | null>(null);
  const { part, failed, again } = usePart(openMenu, pressed !== null);
  if (pressed !== null && part !== null) return <part.default {...props} {...pressed} />;
  const open = (byKeyboard: boolean) => {
    setPressed({ byKeyboard });
    again();
  };
  const trigger = cloneElement(props.trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onPointerEnter: prepare,
    onFocus: prepare,
    onBlur: () => setPressed(null),
    // A click without a pointer is Enter or Space.
    onClick: (event) => open(event.detail === 0),
    onKeyDown: (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      open(true);
    },
  });
  return (
    <>
      {trigger}
      {failed ? createPortal(<Missing />, document.body) : null}
    </>
  );
}

const Missing = () => (
  <p
    role="alert"
    className="fixed inset-x-4 bottom-16 z-60 mx-auto w-fit rounded-lg border border-line bg-surface px-3.5 py-2.5 text-[13.5px] whitespace-normal shadow-float md:bottom-4"
  >
    The menu could not be shown. Press it again, or load the page anew.
  </p>
);
