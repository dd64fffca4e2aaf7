"use client";
import { useState, useSyncExternalStore } from "react";
import { Discard } from "#components/requests/discard.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { PageHead } from "#components/ui/page-head.tsx";
import type { Choices } from "#db/read/new-request.ts";
import type { Answers } from "#lib/domain/answers.ts";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { FormBlueprint, FormPack, FormVerbs } from "./contract.ts";
import { DraftLine } from "./draft-line.tsx";
import { Filled } from "./filled.tsx";
import { PlanPanel, PolicyCard } from "./panel.tsx";
import { fieldsOf, Question } from "./questions.tsx";
import { Submit } from "./submit.tsx";
import { useForm } from "./use-form.ts";

export interface RequestFormProps {
  readonly start: {
    readonly id: string;
    readonly answers: Answers;
    readonly savedAt: number | null;
    /** A request is there already: submitting makes its next version. */
    readonly sealed: boolean;
  };
  readonly blueprint: FormBlueprint;
  readonly packs: readonly FormPack[];
  readonly choices: Choices;
  readonly me: string;
  readonly verbs: FormVerbs;
}

const root = (field: string): string => field.split(".")[0] ?? field;

/** Refusals by the field they concern; a question's stays silent until it was answered or the form was sent. */
function errorsOf(refusals: readonly Refusal[]): { readonly [field: string]: string } {
  const byField: Record<string, string> = {};
  for (const refusal of refusals)
    if (refusal.field !== undefined)
      byField[root(refusal.field)] ??= [refusal.sentence, refusal.mend].filter(Boolean).join(" ");
  return byField;
}

const isAnswered = (kind: string, answers: Answers): boolean => {
  if (kind === "purpose") return answers.purpose.trim() !== "";
  if (kind === "environment") return answers.environment !== null;
  if (kind === "reach")
    return (
      answers.need !== null &&
      ("pasted" in answers.need ? answers.need.pasted !== "" : Object.values(answers.need.parameters).some(Boolean))
    );
  return (
    answers.runs !== null &&
    (answers.runs.kind === "github" ? answers.runs.subject !== null : answers.runs.runsOn !== "")
  );
};

const never = () => () => {};
/** False in the server's first paint, whose fields would forget what is typed into them. */
const useReady = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );

/** What do I need, and will it pass? Left the answers, right what becomes of them. */
export function RequestForm(props: RequestFormProps) {
  const { blueprint, choices, me, packs, verbs } = props;
  // A page drawn anew names another fresh id; this form keeps the one it began with.
  const [start] = useState(props.start);
  const form = useForm(start, verbs);
  const ready = useReady();
  const [sent, setSent] = useState(false);
  const errors = errorsOf(form.preview?.refusals ?? []);
  const errorAt = (kind: keyof typeof fieldsOf) =>
    sent || isAnswered(kind, form.answers)
      ? (fieldsOf[kind].map((field) => errors[field]).find(Boolean) ?? null)
      : null;
  return (
    <>
      <PageHead
        title={blueprint.title}
        actions={
          <>
            {form.saved.at === null || start.sealed ? null : <Discard id={start.id} discard={verbs.discard} />}
            {start.sealed ? (
              <LinkButton look="quiet" href={`/requests/${start.id}`}>
                Back to the request
              </LinkButton>
            ) : (
              <LinkButton look="quiet" href="/requests/new">
                Change blueprint
              </LinkButton>
            )}
          </>
        }
      >
        {blueprint.summary} <DraftLine at={form.saved.at} failed={form.saved.failed} />
      </PageHead>
      <div inert={!ready} className="grid items-start gap-5 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
        <div className="grid gap-4">
          <Card label="Questions">
            <div className="grid gap-2.5">
              {blueprint.questions.map((question) => (
                <Question
                  key={question.kind}
                  question={question}
                  answers={form.answers}
                  change={form.change}
                  choices={choices}
                  packs={packs}
                  preview={form.preview}
                  error={errorAt(question.kind)}
                />
              ))}
            </div>
          </Card>
          <Filled
            preview={form.preview}
            answers={form.answers}
            edit={form.edit}
            choices={choices}
            me={me}
            errors={errors}
          />
        </div>
        <aside
          aria-label="What becomes of it"
          className="grid lg:sticky lg:top-16 lg:max-h-[calc(100dvh-11.5rem)] lg:grid-rows-[minmax(0,1fr)_auto]"
        >
          <div className="grid content-start gap-4 lg:overflow-y-auto">
            <PolicyCard preview={form.preview} trouble={form.trouble} fresh={form.fresh} />
            <PlanPanel preview={form.preview} />
          </div>
          <div className="sticky bottom-14 mt-3 rounded-lg border border-line bg-surface px-4 py-3 md:bottom-3 lg:static">
            <Submit
              id={start.id}
              answers={form.answers}
              preview={form.preview}
              fresh={form.fresh}
              submit={verbs.submit}
              onSend={() => setSent(true)}
              hold={form.hold}
            />
          </div>
        </aside>
      </div>
    </>
  );
}
