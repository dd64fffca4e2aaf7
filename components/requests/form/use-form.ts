"use client";
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from "react";
import { usePreview } from "#components/use-preview.ts";
import type { Answers, Edits } from "#lib/domain/answers.ts";
import type { FormVerbs } from "./contract.ts";

/** Pause before a draft is saved, ms. */
const saveAfter = 900;

/** What is typed, with what the server makes of it. A late answer never replaces a newer one; what is shown stays until the next comes. */
export function useForm(
  start: { readonly id: string; readonly answers: Answers; readonly savedAt: number | null },
  verbs: FormVerbs,
) {
  const [answers, setAnswers] = useState(start.answers);
  const change = useCallback((part: Partial<Answers>) => setAnswers((now) => ({ ...now, ...part })), []);
  const edit = useCallback((part: Edits) => setAnswers((now) => ({ ...now, edits: { ...now.edits, ...part } })), []);
  const input = useMemo(() => ({ id: start.id, answers }), [start.id, answers]);
  const preview = usePreview(input, verbs.preview);
  const draft = useDraft({ id: start.id, answers, first: start.answers, savedAt: start.savedAt }, verbs.saveDraft);
  return { answers, change, edit, ...preview, ...draft };
}

/** Saves a draft after each pause, and its address with it; while held (the form is being sent) nothing is saved, and after it neither. */
function useDraft(
  from: { readonly id: string; readonly answers: Answers; readonly first: Answers; readonly savedAt: number | null },
  save: FormVerbs["saveDraft"],
) {
  const [saved, setSaved] = useState<{ readonly at: number | null; readonly failed: boolean }>({
    at: from.savedAt,
    failed: false,
  });
  const [held, hold] = useState(false);
  const { id, answers, first } = from;
  // A page drawn anew brings the action anew: what is under way then goes on.
  const sent = useEffectEvent(save);
  useEffect(() => {
    if (held || answers === first) return;
    let over = false;
    const timer = setTimeout(async () => {
      const answer = await sent({ id, answers }).catch(() => null);
      if (over) return;
      const kept = answer !== null && "ok" in answer;
      setSaved((before) => ({ at: kept ? performance.timeOrigin + performance.now() : before.at, failed: !kept }));
      // Only once: it takes back a navigation that is under way.
      if (kept && new URLSearchParams(window.location.search).get("draft") !== id)
        window.history.replaceState(null, "", `/requests/new?draft=${id}`);
    }, saveAfter);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [id, answers, first, held]);
  return { saved, hold };
}
