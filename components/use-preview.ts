"use client";
import { useEffect, useRef, useState } from "react";
import type { Answer } from "#lib/web/action.ts";
import { unanswered } from "./unanswered.ts";

/** Pause before the server is asked again, ms. */
const after = 180;

/**
 * What the server makes of what is typed. A late answer never replaces a newer one; what is shown stays until the next comes. A portal
 * that is too busy is asked again once it may be.
 * `input` must be the same object while nothing was typed.
 */
export function usePreview<Input, Seen>(input: Input, ask: (input: Input) => Promise<Answer<Seen>>) {
  const [preview, setPreview] = useState<Seen | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [of, setOf] = useState<Input | null>(null);
  const latest = useRef(0);
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    let timer = setTimeout(look, after);
    async function look() {
      const answer = await ask(input).catch(unanswered);
      if (mine !== latest.current) return;
      setTrouble(troubleIn(answer));
      if ("again" in answer) timer = setTimeout(look, answer.again * 1000);
      else setOf(input);
      if ("ok" in answer) setPreview(answer.ok);
    }
    return () => clearTimeout(timer);
  }, [input, ask]);
  return { preview, trouble, fresh: of === input };
}

function troubleIn(answer: Answer<unknown>): string | null {
  if ("fault" in answer) return `The preview could not be made (reference ${answer.fault}). What you typed is kept.`;
  return "refusals" in answer ? answer.refusals.map((refusal) => refusal.sentence).join(" ") : null;
}
