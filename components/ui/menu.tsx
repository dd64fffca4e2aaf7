"use client";
import { type ComponentProps, type ComponentType, cloneElement, useState } from "react";
import type { MenuProps } from "./menu-lines.ts";
import type OpenMenu from "./open-menu.tsx";

const load = () => import("./open-menu.tsx");
/** A reader without connection presses again. */
const prepare = () => void load().catch(() => {});

/** Links and verbs behind a button: a plain button until it is first pressed, then the menu, loaded by that press. */
export function Menu(props: MenuProps) {
  const [pressed, setPressed] = useState<{
    readonly Open: ComponentType<ComponentProps<typeof OpenMenu>>;
    keys: boolean;
  }>();
  if (pressed !== undefined) return <pressed.Open {...props} byKeyboard={pressed.keys} />;
  const open = (keys: boolean) =>
    void load().then(
      (loaded) => setPressed({ Open: loaded.default, keys }),
      () => {},
    );
  return cloneElement(props.trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onPointerEnter: prepare,
    onFocus: prepare,
    // A click without a pointer is Enter or Space.
    onClick: (event) => open(event.detail === 0),
    onKeyDown: (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      open(true);
    },
  });
}
