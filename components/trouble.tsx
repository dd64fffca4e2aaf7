"use client";
import { CircleX } from "lucide-react";
import type { Refusal } from "#lib/domain/refusal.ts";
import { Notice } from "./ui/banner.tsx";
import { troubleOf } from "./use-action.ts";

/** Why an action did not happen, announced and in place; draws nothing when it did. */
export function Trouble(props: { readonly refusals: readonly Refusal[]; readonly fault: string | null }) {
  const sentence = troubleOf(props);
  return (
    <div aria-live="polite" className="empty:absolute">
      {sentence === null ? null : (
        <Notice tone="bad" icon={<CircleX aria-hidden />}>
          {sentence}
        </Notice>
      )}
    </div>
  );
}
