"use client";
import { useSearchParams } from "next/navigation";
import { useEffect } from "react";

/** Puts the request that is shown into an address that names none: it then stays when the queue is drawn anew in another order. */
export function Pin({ request }: { readonly request: string }) {
  const named = useSearchParams().has("r");
  useEffect(() => {
    if (named) return;
    // The router hears of it only once it listens to the history itself, which it does after this page's parts.
    const due = setTimeout(() => window.history.replaceState(null, "", `/approvals?r=${request}`));
    return () => clearTimeout(due);
  }, [named, request]);
  return null;
}
