"use client";
import { EnvironmentBadge } from "#components/status.tsx";
import { Card } from "#components/ui/card.tsx";
import { cx } from "#components/ui/cx.ts";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import type { Choices } from "#db/read/new-request.ts";
import type { Answers, Beside as Other } from "#lib/domain/answers.ts";
import type { Environment } from "#lib/domain/charter.ts";
import { ownEnvironment, subjectFor } from "#lib/domain/several.ts";
import { environmentTold } from "#lib/domain/subject.ts";

interface BesideProps {
  readonly answers: Answers;
  readonly change: (part: Partial<Answers>) => void;
  readonly choices: Choices;
  /** Environments that the blueprint is made in. */
  readonly environments: readonly Environment[];
}

/** The same in other environments too: each becomes a request of its own, with its own plan, target and policy. */
export function BesideCard({ answers, change, choices, environments }: BesideProps) {
  const own = ownEnvironment(answers);
  const beside = answers.beside ?? [];
  const set = (next: readonly Other[]) => change({ beside: next });
  const known = knownOf(answers, choices);
  const toggle = (environment: Environment) => {
    const rest = beside.filter((one) => one.environment !== environment);
    if (rest.length < beside.length) return set(rest);
    const { runs } = answers;
    const branch = runs?.kind === "github" && runs.subject && "branch" in runs.subject ? runs.subject : null;
    set([
      ...rest,
      { environment, subject: runs?.kind === "github" ? (branch ?? subjectFor(environment, known)) : null },
    ]);
  };
  return (
    <Card title="Also in other environments" aside={own === null ? "once this one's is known" : undefined}>
      <fieldset className="flex min-h-7 flex-wrap items-center gap-2" disabled={own === null}>
        <legend className="sr-only">Environments to ask for in the same form</legend>
        {environments
          .filter((environment) => environment !== own)
          .map((environment) => (
            <button
              key={environment}
              type="button"
              aria-pressed={beside.some((one) => one.environment === environment)}
              onClick={() => toggle(environment)}
              className={cx(
                "h-7 rounded-md border px-2.5 text-sm transition-colors duration-100 disabled:opacity-55",
                beside.some((one) => one.environment === environment)
                  ? "border-accent bg-accent-soft font-[560] text-accent-text"
                  : "border-line-strong bg-surface text-muted hover:bg-hover",
              )}
            >
              {environment}
            </button>
          ))}
        <span className="text-[12.5px] text-muted">
          {beside.length === 0
            ? "One request each, decided by itself."
            : "Target, end and exception follow each environment."}
        </span>
      </fieldset>
      {environments
        .flatMap((environment) => beside.filter((one) => one.environment === environment && environment !== own))
        .map((one) => (
          <OtherLine
            key={one.environment}
            one={one}
            known={known}
            pipeline={answers.runs?.kind === "github"}
            targets={choices.targets}
            set={(next) => set(beside.map((other) => (other.environment === next.environment ? next : other)))}
          />
        ))}
    </Card>
  );
}

/** GitHub environments of the chosen repository, as the directory knows them. */
const knownOf = ({ runs }: Answers, { repositories }: Choices): readonly string[] =>
  runs?.kind === "github" ? (repositories.find(({ name }) => name === runs.repository)?.environments ?? []) : [];

interface OtherProps {
  readonly one: Other;
  readonly known: readonly string[];
  readonly pipeline: boolean;
  readonly targets: Choices["targets"];
  readonly set: (one: Other) => void;
}

function OtherLine({ one, known, pipeline, targets, set }: OtherProps) {
  const { environment, subject, target } = one;
  const fitting = known.filter((name) => (environmentTold(name) ?? environment) === environment);
  const branch = subject !== null && "branch" in subject ? subject.branch : null;
  const chosen = subject === null ? "" : "branch" in subject ? "branch:" : subject.environment;
  return (
    <div className="mt-2 flex flex-wrap items-center gap-2 border-t border-line pt-2">
      <span className="w-16 shrink-0">
        <EnvironmentBadge environment={environment} />
      </span>
      {pipeline ? (
        <Select
          aria-label={`Environment or branch for ${environment}`}
          className="min-w-36 flex-1"
          placeholder="environment or branch"
          choices={[
            ...fitting.map((name) => ({ value: name, label: `environment ${name}` })),
            { value: "branch:", label: "a branch" },
          ]}
          value={chosen}
          onChange={({ target: { value } }) =>
            set({
              ...one,
              subject: value === "" ? null : value === "branch:" ? { branch: "main" } : { environment: value },
            })
          }
        />
      ) : null}
      {branch === null ? null : (
        <Input
          mono
          aria-label={`Branch for ${environment}`}
          className="min-w-24 flex-1"
          maxLength={200}
          value={branch}
          onChange={(event) => set({ ...one, subject: { branch: event.target.value } })}
        />
      )}
      <Select
        aria-label={`Target for ${environment}`}
        className="min-w-36 flex-1"
        placeholder="default target"
        choices={targets.map(({ name, title }) => ({ value: name, label: title }))}
        value={target ?? ""}
        onChange={({ target: { value } }) => {
          const { target: _target, ...rest } = one;
          set(value === "" ? rest : { ...rest, target: value });
        }}
      />
    </div>
  );
}
