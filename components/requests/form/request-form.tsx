"use client";
import { useState, useSyncExternalStore } from "react";
import { Discard } from "#components/requests/discard.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { PageHead } from "#components/ui/page-head.tsx";
import type { Choices } from "#db/read/new-request.ts";
import type { Answers } from "#lib/domain/answers.ts";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { FormStart } from "#lib/web/form-start.ts";
import { BesideCard } from "./beside.tsx";
import type { FormBlueprint, FormHelp, FormPack, FormVerbs } from "./contract.ts";
import { DraftLine } from "./draft-line.tsx";
import { Filled } from "./filled.tsx";
import { LikeNotice } from "./like-notice.tsx";
import { fieldsOf, Question } from "./questions.tsx";
import { useForm } from "./use-form.ts";
import { useFormKey } from "./use-form-key.ts";
import { WhatBecomes } from "./what-becomes.tsx";

export interface RequestFormProps {
  readonly start: {
    readonly id: string;
    readonly answers: Answers;
    readonly savedAt: number | null;
    /** A request is there already: submitting makes its next version. */
    readonly sealed: boolean;
    readonly said: FormStart["said"];
    readonly like: FormStart["like"];
  };
  readonly blueprint: FormBlueprint;
  readonly packs: readonly FormPack[];
  readonly choices: Choices;
  readonly help: FormHelp["words"] | null;
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

const without = (errors: { readonly [field: string]: string }, fields: readonly string[]) =>
  Object.fromEntries(Object.entries(errors).filter(([field]) => !fields.includes(field)));

const isAnswered = (kind: string, answers: Answers): boolean => {
  if (kind === "purpose") return answers.purpose.trim() !== "";
  if (kind === "environment") return answers.environment !== null;
  if (kind === "reach")
    return (
      answers.need !== null &&
      ("pasted" in answers.need
        ? answers.need.pasted !== ""
        : "grants" in answers.need
          ? answers.need.grants.length > 0
          : Object.values(answers.need.parameters).some(Boolean))
    );
  return (
    answers.runs !== null &&
    (answers.runs.kind === "github" ? answers.runs.subject !== null : answers.runs.runsOn !== "")
  );
};

/** The answer to each question: what a link said of it holds until it is touched. */
const partOf: { readonly [K in keyof typeof fieldsOf]: (answers: Answers) => unknown } = {
  github: ({ runs }) => runs,
  workload: ({ runs }) => runs,
  reach: ({ need }) => need,
  purpose: ({ purpose }) => purpose,
  environment: ({ environment }) => environment,
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
  const { start, blueprint } = props;
  const { id, savedAt } = start;
  const key = useFormKey({ id, savedAt, blueprint: blueprint.id, like: start.like?.href ?? null });
  return <OneForm key={key} {...props} />;
}

function OneForm(props: RequestFormProps) {
  const { blueprint, choices, me, packs, verbs } = props;
  // A page drawn anew names another fresh id; this form keeps the one it began with.
  const [start] = useState(props.start);
  const form = useForm(start, verbs);
  const help =
    props.help === null ? null : { blueprint: blueprint.id, words: props.help, readDenial: verbs.readDenial };
  const { environments } = blueprint.guardRails;
  const ready = useReady();
  const [sent, setSent] = useState(false);
  const errors = errorsOf(form.preview?.refusals ?? []);
  const at = (kind: keyof typeof fieldsOf, sentences: { readonly [field: string]: string }) =>
    fieldsOf[kind].map((field) => sentences[field]).find(Boolean) ?? null;
  const unanswered = blueprint.questions.flatMap(({ kind }) =>
    isAnswered(kind, form.answers) ? [] : [...fieldsOf[kind], ...(kind === "workload" ? ["service"] : [])],
  );
  const errorAt = (kind: keyof typeof fieldsOf) => {
    const untouched = partOf[kind](form.answers) === partOf[kind](start.answers);
    const linked = untouched ? at(kind, start.said) : null;
    return linked ?? (sent || isAnswered(kind, form.answers) ? at(kind, errors) : null);
  };
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
      {start.like ? (
        <LikeNotice
          like={start.like}
          purpose={form.answers.purpose}
          takePurpose={(purpose) => form.change({ purpose })}
        />
      ) : null}
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
                  help={help}
                  error={errorAt(question.kind)}
                />
              ))}
            </div>
          </Card>
          {start.sealed || environments.length < 2 ? null : (
            <BesideCard answers={form.answers} change={form.change} choices={choices} environments={environments} />
          )}
          <Filled
            preview={form.preview}
            answers={form.answers}
            edit={form.edit}
            choices={choices}
            me={me}
            errors={sent ? errors : without(errors, unanswered)}
          />
        </div>
        <WhatBecomes id={start.id} form={form} choices={choices} verbs={verbs} onSend={() => setSent(true)} />
      </div>
    </>
  );
}
