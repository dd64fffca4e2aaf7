"use client";
import type { ComponentType } from "react";
import { Button } from "./button.tsx";
import { dialogLook } from "./dialog-look.ts";
import type { DialogProps } from "./dialog-props.ts";

export interface PlaceProps {
  readonly title: string;
  readonly wide?: boolean | undefined;
  readonly close: () => void;
  readonly failed: boolean;
  readonly again: () => void;
}

/**
 * In the place of a dialog that is on its way or did not come: above the page, holding nothing of it; Escape closes it and focus returns.
 * Where dialogs can be shown at all it is one, for it may lie upon another, which leaves the focus to its own kind alone.
 */
export function DialogPlace(props: PlaceProps & { readonly as: ComponentType<DialogProps> | null }) {
  const { as: Shown, title, wide = false, close, failed, again } = props;
  const words = <p role="alert">It could not be shown. Try again, or load the page anew.</p>;
  const foot = <Button onClick={again}>Try again</Button>;
  if (failed && Shown)
    return (
      <Shown open onOpenChange={close} title={title} wide={wide} foot={foot}>
        {words}
      </Shown>
    );
  return (
    <div
      key={`${failed}`}
      ref={lifted}
      popover="auto"
      onToggle={({ newState }) => newState === "closed" && close()}
      {...(failed ? { role: "dialog", "aria-label": title } : { role: "status", "aria-label": "Loading" })}
      className={`${dialogLook(wide)} gap-3 p-4 text-text`}
    >
      {failed ? (
        <>
          <h2 className="text-md">{title}</h2>
          {words}
          <div className="flex justify-end gap-2">
            <Button onClick={close}>Close</Button>
            {foot}
          </div>
        </>
      ) : (
        <div className="h-16 rounded-md bg-hover" />
      )}
    </div>
  );
}

function lifted(box: HTMLElement | null) {
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    // Neither the page nor a dialog beneath is meant.
    event.preventDefault();
    event.stopImmediatePropagation();
    box?.hidePopover();
  };
  box?.showPopover();
  box?.querySelector("button")?.focus();
  window.addEventListener("keydown", leave, true);
  return () => {
    window.removeEventListener("keydown", leave, true);
    // Before it goes: the focus is then back where it was, for the dialog that takes its place to give back.
    box?.hidePopover();
  };
}
