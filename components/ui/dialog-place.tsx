"use client";
import { Button } from "./button.tsx";
import { dialogLook } from "./dialog-look.ts";
import { Skeleton } from "./skeleton.tsx";

export interface PlaceProps {
  readonly title: string;
  readonly wide?: boolean | undefined;
  readonly close: () => void;
  readonly failed: boolean;
  readonly again: () => void;
}

/** In the place of a dialog that is on its way or did not come: above the page, holding nothing of it. Escape closes it and focus returns. */
export const DialogPlace = ({ title, wide, close, failed, again }: PlaceProps) => (
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
        <p role="alert">{couldNot}</p>
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Close</Button>
          <Button onClick={again}>Try again</Button>
        </div>
      </>
    ) : (
      <Skeleton className="h-16" />
    )}
  </div>
);

export const couldNot = "It could not be shown. Try again, or load the page anew.";

function lifted(box: HTMLElement | null) {
  box?.showPopover();
  box?.querySelector("button")?.focus();
  // Before it goes: the focus is then back where it was, for the dialog that takes its place to give back.
  return () => box?.hidePopover();
}
