"use client";
import { useState } from "react";
import { onDemand, usePart } from "#components/ui/on-demand.ts";
import { useKeptFocus } from "#components/ui/use-kept-focus.ts";
import type { Choices } from "#db/read/new-request.ts";
import type { Environment } from "#lib/domain/charter.ts";
import { ownEnvironment, severalAnswers } from "#lib/domain/several.ts";
import type { FormVerbs } from "./contract.ts";
import { PlanPanel, PolicyCard, SimilarCard } from "./panel.tsx";
import type { Side } from "./side-by-side.tsx";
import { SidesWaiting, SubmitWaiting } from "./side-waiting.tsx";
import { Submit } from "./submit.tsx";
import type { useForm } from "./use-form.ts";

/** What shows several environments: few forms ask for them, and the others do not wait for it. */
const several = onDemand(() => import("./several.ts"));

/** What becomes of the answers: policy, plan, likenesses, and the way to send it. Of several environments, side by side. */
export function WhatBecomes(props: {
  readonly id: string;
  readonly form: ReturnType<typeof useForm>;
  readonly choices: Choices;
  readonly verbs: FormVerbs;
  readonly onSend: () => void;
}) {
  const { id, form, choices, verbs, onSend } = props;
  const { answers, preview, fresh, hold } = form;
  const [chosen, choose] = useState<Environment | null>(null);
  const asked = severalAnswers(answers).flatMap(({ environment }) => environment ?? []);
  const isOne = asked.length < 2;
  const { part, failed, again } = usePart(several, !isOne);
  const sides = sidesOf(form);
  const side = sides.find(({ environment }) => environment === chosen) ?? sides[0];
  const isHere = side !== undefined && part !== null;
  const stage = isOne ? "one" : isHere ? "each" : failed ? "missing" : "waiting";
  const [beside, foot] = [useKeptFocus(stage), useKeptFocus(stage)];
  const shown = side === undefined || preview === null ? preview : { ...preview, ...side.preview };
  const sending = { id, answers, fresh, onSend, hold, again: form.again };
  return (
    <aside
      aria-label="What becomes of it"
      className="grid lg:sticky lg:top-16 lg:max-h-[calc(100dvh-11.5rem)] lg:grid-rows-[minmax(0,1fr)_auto]"
    >
      <div className="grid content-start gap-4 lg:overflow-y-auto">
        {isOne ? null : (
          <div ref={beside}>
            {side === undefined || part === null ? (
              <SidesWaiting asked={asked} failed={failed} again={again} />
            ) : (
              <part.SideBySide
                sides={sides}
                asked={asked}
                chosen={side.environment}
                choose={choose}
                choices={choices}
              />
            )}
          </div>
        )}
        <PolicyCard preview={shown} trouble={form.trouble} fresh={fresh} />
        <PlanPanel preview={shown} />
        <SimilarCard preview={preview} />
      </div>
      <div
        ref={foot}
        className="sticky bottom-14 mt-3 rounded-lg border border-line bg-surface px-4 py-3 md:bottom-3 lg:static"
      >
        {isOne ? (
          <Submit {...sending} preview={preview} submit={verbs.submit} />
        ) : side === undefined || part === null ? (
          <SubmitWaiting count={asked.length} isStopped={failed || form.trouble !== null} />
        ) : (
          <part.SubmitEach {...sending} sides={sides} submitEach={verbs.submitEach} />
        )}
      </div>
    </aside>
  );
}

/** The form's own environment and the others, as soon as there are others; empty for a form of one. */
function sidesOf({ answers, preview }: ReturnType<typeof useForm>): readonly Side[] {
  const own = ownEnvironment(answers);
  if (preview === null || own === null || preview.beside.length === 0 || !answers.beside?.length) return [];
  const { beside, similar: _similar, ...mine } = preview;
  return [{ environment: own, preview: mine }, ...beside];
}
