"use client";
import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { Answer } from "#lib/web/action.ts";
import { unanswered } from "./unanswered.ts";

/** Pause before the server is asked again, ms. */
const after = 180;

/**
 * What the server makes of what is typed. A late answer never replaces a newer one; what is shown stays until the next comes. A portal
 * that is too busy is asked again once it may be.
 * `input` must be the same object while nothing was typed; `again` looks once more all the same.
 */
export function usePreview<Input, Seen>(input: Input, ask: (input: Input) => Promise<Answer<Seen>>) {
  const [preview, setPreview] = useState<Seen | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [of, setOf] = useState<{ readonly input: Input; readonly round: number } | null>(null);
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((now) => now + 1), []);
  const latest = useRef(0);
  // A page drawn anew brings each action anew: what is under way then goes on.
  const asked = useEffectEvent(ask);
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    let timer = setTimeout(look, after);
    async function look() {
      const answer = await asked(input).catch(unanswered);
      if (mine !== latest.current) return;
      setTrouble(troubleIn(answer));
      if ("again" in answer) timer = setTimeout(look, answer.again * 1000);
      else setOf({ input, round });
      if ("ok" in answer) setPreview(answer.ok);
    }
    return () => clearTimeout(timer);
  }, [input, round]);
  return { preview, trouble, fresh: of?.input === input && of.round === round, again };
}

/** Looks again where what was sent is no longer what was shown: at midnight an end moves on, and policy may by then have changed. */
export function useLookAgain(refusals: readonly Refusal[], again: () => void): void {
  useEffect(() => {
    if (refusals.some(({ field }) => field === "planDigest")) again();
  }, [refusals, again]);
}

function troubleIn(answer: Answer<unknown>): string | null {
  if ("fault" in answer) return `The preview could not be made (reference ${answer.fault}). What you typed is kept.`;
  return "refusals" in answer ? answer.refusals.map((refusal) => refusal.sentence).join(" ") : null;
}
