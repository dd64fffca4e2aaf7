"use client";
import { RotateCcw } from "lucide-react";
import { Trouble } from "#components/trouble.tsx";
import { Button } from "#components/ui/button.tsx";
import { useAction } from "#components/use-action.ts";
import type { Answer } from "#lib/web/action.ts";

export type Retry = (input: { step: string }) => Promise<Answer<unknown>>;

/** Has a stuck step tried now instead of at its next turn. */
export function TryAgain({
  step,
  title,
  retry,
}: {
  readonly step: string;
  readonly title: string;
  readonly retry: Retry;
}) {
  const { run, pending, refusals, fault } = useAction(retry);
  return (
    <>
      <Button size="sm" pending={pending} onClick={() => void run({ step })} aria-label={`Try again: ${title}`}>
        <RotateCcw aria-hidden /> Try again
      </Button>
      <Trouble refusals={refusals} fault={fault} />
    </>
  );
}
