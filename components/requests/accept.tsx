"use client";
import { Check } from "lucide-react";
import { Trouble } from "#components/trouble.tsx";
import { Button } from "#components/ui/button.tsx";
import { useAction } from "#components/use-action.ts";
import type { Answer } from "#lib/web/action.ts";

export type AcceptVerb = (input: { request: string; version: number; planDigest: string }) => Promise<Answer<unknown>>;

interface Props {
  readonly accept: AcceptVerb;
  /** Exactly the version that was shown. */
  readonly seen: Parameters<AcceptVerb>[0];
  readonly word: string;
}

export function Accept({ accept, seen, word }: Props) {
  const { run, pending, refusals, fault } = useAction(accept);
  return (
    <>
      <Button look="primary" pending={pending} onClick={() => void run(seen)}>
        <Check aria-hidden />
        {word}
      </Button>
      <Trouble refusals={refusals} fault={fault} />
    </>
  );
}
