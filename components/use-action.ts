"use client";
import { useState, useTransition } from "react";
import type { ToSign } from "#lib/claims/signing.ts";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { Answer } from "#lib/web/action.ts";
import { useSign } from "./signing/signing.tsx";
import { useHold } from "./ui/held.tsx";
import { unanswered } from "./unanswered.ts";

/**
 * Runs a server action from a component: `run` resolves to what was answered, `{ok}` holding the value (which may itself be null),
 * or to null when it was refused, failed, or not signed. What was typed stays where it was, since nothing is reset. `refusals` and
 * `fault` are of the last run. An action that is to be signed asks for the gesture and is sent again with it.
 */
export function useAction<Input extends object, T>(act: (input: Input) => Promise<Answer<T>>) {
  const sign = useSign();
  const [pending, start] = useTransition();
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  const [signing, setSigning] = useState(false);
  // What asks for the gesture stays until it has said what became of it.
  useHold(signing);
  const send = async (input: Input): Promise<{ readonly ok: Exclude<T, ToSign> } | null> => {
    const answer = await act(input).catch(unanswered);
    setRefusals("refusals" in answer ? answer.refusals : []);
    setFault("fault" in answer ? answer.fault : null);
    if (!("ok" in answer)) return null;
    const value: T = answer.ok;
    if (!isToSign(value)) return { ok: value as Exclude<T, ToSign> };
    setSigning(true);
    try {
      const assertion = await sign(value.sign);
      return assertion === null ? null : await send({ ...input, assertion });
    } finally {
      setSigning(false);
    }
  };
  const run = (input: Input): Promise<{ readonly ok: Exclude<T, ToSign> } | null> =>
    new Promise((resolve) => {
      start(async () => resolve(await send(input)));
    });
  return { run, pending, refusals, fault };
}

const isToSign = (value: unknown): value is ToSign => typeof value === "object" && value !== null && "sign" in value;

/** What an action did not do, in a sentence; null when all is well. */
export const troubleOf = ({
  refusals,
  fault,
}: {
  readonly refusals: readonly Refusal[];
  readonly fault: string | null;
}): string | null => {
  if (fault !== null) return `Something failed on our side. Nothing was changed. Reference ${fault}.`;
  return refusals.length === 0
    ? null
    : refusals.map((refusal) => [refusal.sentence, refusal.mend].filter(Boolean).join(" ")).join(" ");
};
