"use client";
import { type ReactNode, useState } from "react";
import { DialogPlace, type PlaceProps } from "./dialog-place.tsx";
import type { DialogProps } from "./dialog-props.ts";
import { useHold } from "./held.tsx";
import { type OnDemand, onDemand, useAhead, usePart } from "./on-demand.ts";

const openDialog = onDemand(async () => (await import("./open-dialog.tsx")).default);

/** Floats above the page; what of the page opened it is held as it is. Escape closes it and focus returns. Name the thing and the consequence in title and `sentence`. */
export function Dialog(props: DialogProps) {
  const [opened, setOpened] = useState(props.open);
  if (props.open && !opened) setOpened(true);
  const { part: OpenDialog, failed, again } = usePart(openDialog, props.open);
  useAhead(openDialog);
  useHold(props.open);
  if (OpenDialog !== null) return opened ? <OpenDialog {...props} /> : null;
  if (!props.open) return null;
  return <DialogPlace {...props} as={null} close={() => props.onOpenChange(false)} failed={failed} again={again} />;
}

interface InItsPlaceProps<Part> extends Omit<PlaceProps, "failed" | "again"> {
  readonly of: OnDemand<Part>;
  readonly children: (part: Part) => ReactNode;
}

/** A dialog whose contents too are fetched when it is first opened. */
export function DialogInItsPlace<Part>({ of, children, ...place }: InItsPlaceProps<Part>) {
  const { part, failed, again } = usePart(of);
  const { part: OpenDialog } = usePart(openDialog, false);
  return part === null ? <DialogPlace {...place} as={OpenDialog} failed={failed} again={again} /> : children(part);
}
