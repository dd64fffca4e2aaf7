"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState } from "react";
import { IconButton } from "./button.tsx";
import { dialogLook } from "./dialog-look.ts";
import type { DialogProps } from "./dialog-props.ts";

/** The dialog, open; loaded when the first one opens. */
export default function OpenDialog(props: DialogProps) {
  const giveBack = useFocusBefore(props.open);
  return (
    <Radix.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[rgb(10_14_12/.38)]" />
        <Radix.Content
          onCloseAutoFocus={giveBack}
          {...(props.sentence === undefined ? { "aria-describedby": undefined } : {})}
          className={dialogLook(props.wide)}
        >
          <div className="flex items-start gap-3 px-4 pt-3.5 pb-2">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-md">{props.title}</Radix.Title>
              {props.sentence === undefined ? null : (
                <Radix.Description className="mt-1 text-muted">{props.sentence}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" className="-mt-1 -mr-1.5">
                <X aria-hidden />
              </IconButton>
            </Radix.Close>
          </div>
          <div className="min-h-0 overflow-y-auto px-4 pb-3.5">{props.children}</div>
          {props.foot === undefined ? null : (
            <div className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">{props.foot}</div>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** What had the focus before it opened gets it back; Radix knows only of a trigger of its own. */
function useFocusBefore(open: boolean) {
  const [seen, setSeen] = useState<{ readonly open: boolean; readonly had: Element | null }>({
    open: false,
    had: null,
  });
  if (seen.open !== open) setSeen({ open, had: open ? focused() : seen.had });
  return (event: Event) => {
    event.preventDefault();
    if (seen.had instanceof HTMLElement) seen.had.focus();
    // It is gone, or cannot be pressed now: the dialog beneath is to have it, where there is one.
    if (document.activeElement !== document.body) return;
    [...document.querySelectorAll<HTMLElement>("[role=dialog]")].at(-1)?.focus();
  };
}

/** What has the focus; where that is a line of a menu, which goes with it, what opened the menu. */
function focused(): Element | null {
  const opener = document.activeElement?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return document.getElementById(opener ?? "") ?? document.activeElement;
}
