"use client";
import { useState, useTransition } from "react";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { Answer } from "#lib/web/action.ts";

/**
 * Runs a server action from a component: `run` resolves to what was answered, `{ok}` holding the value (which may itself be null),
 * or to null when it was refused or failed. What was typed stays where it was, since nothing is reset. `refusals` and `fault` are of the last run.
 */
export function useAction<Input, T>(act: (input: Input) => Promise<Answer<T>>) {
  const [pending, start] = useTransition();
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  const run = (input: Input): Promise<{ readonly ok: T } | null> =>
    new Promise((resolve) => {
      start(async () => {
        const answer = await act(input).catch(() => ({ fault: "" }));
        setRefusals("refusals" in answer ? answer.refusals : []);
        setFault("fault" in answer ? answer.fault : null);
        resolve("ok" in answer ? answer : null);
      });
    });
  return { run, pending, refusals, fault };
}

/** What an action did not do, in a sentence; null when all is well. */
export const troubleOf = ({
  refusals,
  fault,
}: {
  readonly refusals: readonly Refusal[];
  readonly fault: string | null;
}): string | null => {
  if (fault !== null)
    return fault === ""
      ? "The portal did not answer. What you typed is still here; try again."
      : `Something failed on our side. Nothing was changed. Reference ${fault}.`;
  return refusals.length === 0
    ? null
    : refusals.map((refusal) => [refusal.sentence, refusal.mend].filter(Boolean).join(" ")).join(" ");
};
