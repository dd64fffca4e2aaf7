"use client";
import { useEffect, useRef, useState } from "react";
import type { Answer } from "#lib/web/action.ts";

/** Pause before the server is asked again, ms. */
const after = 180;

/**
 * What the server makes of what is typed. A late answer never replaces a newer one; what is shown stays until the next comes.
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
    const timer = setTimeout(async () => {
      const answer = await ask(input).catch(() => ({ fault: "" }));
      if (mine !== latest.current) return;
      setOf(input);
      setTrouble(
        "fault" in answer
          ? `The preview could not be made${answer.fault ? ` (reference ${answer.fault})` : ""}. What you typed is kept.`
          : null,
      );
      if ("ok" in answer) setPreview(answer.ok);
      else if ("refusals" in answer) setTrouble(answer.refusals.map((refusal) => refusal.sentence).join(" "));
    }, after);
    return () => clearTimeout(timer);
  }, [input, ask]);
  return { preview, trouble, fresh: of === input };
}
