"use client";
import { lazy, Suspense, useEffect, useState } from "react";
import type { DialogProps } from "./dialog-props.ts";

const load = () => import("./open-dialog.tsx");
const OpenDialog = lazy(load);

/** Floats above the page; Escape closes it and focus returns. Name the thing and the consequence in title and `sentence`. */
export function Dialog(props: DialogProps) {
  const [opened, setOpened] = useState(props.open);
  if (props.open && !opened) setOpened(true);
  // Fetched once the page stands, so that it opens at once.
  useEffect(() => void load().catch(() => {}), []);
  return <Suspense>{opened ? <OpenDialog {...props} /> : null}</Suspense>;
}
