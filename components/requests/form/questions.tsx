"use client";
import { useId } from "react";
import { Field } from "#components/ui/field.tsx";
import { Input, Textarea } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import type { FormQuestion } from "./contract.ts";
import { GithubQuestion } from "./github-question.tsx";
import type { QuestionProps } from "./props.ts";
import { ReachQuestion } from "./reach-question.tsx";

/** Charter fields that a question answers: where its refusals are shown. */
export const fieldsOf: { readonly [K in FormQuestion["kind"]]: readonly string[] } = {
  github: ["binding", "runs"],
  workload: ["binding", "runs"],
  reach: ["need", "pasted", "parameters", "spec"],
  purpose: ["purpose"],
  environment: ["environment"],
};

/** One question of the blueprint. The environment is asked only where the first answer does not tell. */
export function Question(props: QuestionProps) {
  const { question } = props;
  if (question.kind === "github") return <GithubQuestion {...props} />;
  if (question.kind === "reach") return <ReachQuestion {...props} question={question} />;
  if (question.kind === "workload") return <WorkloadQuestion {...props} question={question} />;
  if (question.kind === "purpose") return <PurposeQuestion {...props} />;
  return props.preview?.inferredEnvironment ? null : <EnvironmentQuestion {...props} />;
}

function PurposeQuestion({ question, answers, change, error }: QuestionProps) {
  return (
    <Field id={useId()} label={question.label} help={question.help} error={error}>
      {(control) => (
        <Textarea
          {...control}
          value={answers.purpose}
          maxLength={2_000}
          onChange={(event) => change({ purpose: event.target.value })}
        />
      )}
    </Field>
  );
}

const environments = [
  { value: "dev", label: "dev" },
  { value: "staging", label: "staging" },
  { value: "prod", label: "prod" },
] as const;

function EnvironmentQuestion({ question, answers, change, error }: QuestionProps) {
  return (
    <Field id={useId()} label={question.label} help={question.help} error={error}>
      {(control) => (
        <Select
          {...control}
          choices={environments}
          placeholder="Choose"
          value={answers.environment ?? ""}
          onChange={(event) =>
            change({ environment: environments.find(({ value }) => value === event.target.value)?.value ?? null })
          }
        />
      )}
    </Field>
  );
}

function WorkloadQuestion({
  question,
  answers,
  change,
  choices,
  error,
}: QuestionProps<Extract<FormQuestion, { kind: "workload" }>>) {
  const runs = answers.runs?.kind === "workload" ? answers.runs : { kind: "workload" as const, runsOn: "" };
  const chosen = (service: string) =>
    change({ runs: { kind: "workload", runsOn: runs.runsOn, ...(service ? { service } : {}) } });
  return (
    <Field id={useId()} label={question.label} help={question.help} error={error}>
      {(control) => (
        <div className="flex flex-wrap gap-2 sm:flex-nowrap">
          <Input
            {...control}
            placeholder={question.placeholder}
            value={runs.runsOn}
            maxLength={200}
            onChange={(event) => change({ runs: { ...runs, runsOn: event.target.value } })}
          />
          <Select
            aria-label="Business service"
            className="w-full sm:max-w-56"
            placeholder="Business service"
            choices={choices.services.map(({ id, name }) => ({ value: id, label: name }))}
            value={runs.service ?? ""}
            onChange={(event) => chosen(event.target.value)}
          />
        </div>
      )}
    </Field>
  );
}
