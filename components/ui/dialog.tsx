"use client";
import { lazy, Suspense, useState } from "react";
import type { DialogProps } from "./dialog-props.ts";

const OpenDialog = lazy(() => import("./open-dialog.tsx"));

/** Floats above the page; Escape closes it and focus returns. Name the thing and the consequence in title and `sentence`. */
export function Dialog(props: DialogProps) {
  const [opened, setOpened] = useState(props.open);
  if (props.open && !opened) setOpened(true);
  return <Suspense>{opened ? <OpenDialog {...props} /> : null}</Suspense>;
}
