"use client";
import { lazy, Suspense, useState } from "react";
import type { Choices } from "#db/read/new-request.ts";
import type { Environment } from "#lib/domain/charter.ts";
import { ownEnvironment } from "#lib/domain/several.ts";
import type { FormVerbs } from "./contract.ts";
import { PlanPanel, PolicyCard, SimilarCard } from "./panel.tsx";
import type { Side } from "./side-by-side.tsx";
import { Submit } from "./submit.tsx";
import type { useForm } from "./use-form.ts";

// Few ask for several environments at once: the others do not wait for what shows them.
const SideBySide = lazy(() =>
  import("./side-by-side.tsx").then(({ SideBySide: component }) => ({ default: component })),
);
const SubmitEach = lazy(() =>
  import("./submit-each.tsx").then(({ SubmitEach: component }) => ({ default: component })),
);

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
  const sides = sidesOf(form);
  const side = sides.find(({ environment }) => environment === chosen) ?? sides[0];
  const shown = side === undefined || preview === null ? preview : { ...preview, ...side.preview };
  const sending = { id, answers, fresh, onSend, hold };
  return (
    <aside
      aria-label="What becomes of it"
      className="grid lg:sticky lg:top-16 lg:max-h-[calc(100dvh-11.5rem)] lg:grid-rows-[minmax(0,1fr)_auto]"
    >
      <div className="grid content-start gap-4 lg:overflow-y-auto">
        {side === undefined ? null : (
          <Suspense fallback={null}>
            <SideBySide sides={sides} chosen={side.environment} choose={choose} choices={choices} />
          </Suspense>
        )}
        <PolicyCard preview={shown} trouble={form.trouble} fresh={fresh} />
        <PlanPanel preview={shown} />
        <SimilarCard preview={preview} />
      </div>
      <div className="sticky bottom-14 mt-3 rounded-lg border border-line bg-surface px-4 py-3 md:bottom-3 lg:static">
        {side === undefined ? (
          <Submit {...sending} preview={preview} submit={verbs.submit} />
        ) : (
          <Suspense fallback={<div className="min-h-9" />}>
            <SubmitEach {...sending} sides={sides} submitEach={verbs.submitEach} />
          </Suspense>
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
