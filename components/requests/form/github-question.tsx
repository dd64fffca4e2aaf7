"use client";
import { GitBranch } from "lucide-react";
import { useId } from "react";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import type { GithubAnswer } from "#lib/domain/answers.ts";
import type { QuestionProps } from "./props.ts";

const nothing: GithubAnswer = { kind: "github", repository: "", subject: null };
const branch = "branch:";

/** The repository, and the environment or branch whose token is accepted. The subject is built from them, never typed. */
export function GithubQuestion({ question, answers, change, choices, preview, error }: QuestionProps) {
  const runs = answers.runs?.kind === "github" ? answers.runs : nothing;
  const known = choices.repositories.find(({ name }) => name === runs.repository);
  const set = (part: Partial<GithubAnswer>) => change({ runs: { ...runs, ...part } });
  return (
    <div>
      <Field
        id={useId()}
        label={question.label}
        help={<SubjectLine preview={preview} help={question.help} />}
        error={error}
      >
        {(control) => (
          <div className="flex flex-wrap gap-2 sm:flex-nowrap">
            <div className="min-w-0 basis-full sm:flex-[1.6] sm:basis-0">
              <Combobox
                control={control}
                icon={<GitBranch aria-hidden />}
                value={runs.repository}
                free
                placeholder="owner/name"
                options={choices.repositories.map(({ name, service }) => ({
                  value: name,
                  label: name,
                  ...(service ? { detail: service } : {}),
                }))}
                onChange={(repository) => set({ repository, subject: null })}
              />
            </div>
            <Subject runs={runs} environments={known?.environments ?? []} set={set} />
          </div>
        )}
      </Field>
      {runs.repository.includes("/") && !known ? <Ids runs={runs} set={set} /> : null}
    </div>
  );
}

function SubjectLine({ preview, help }: { readonly preview: QuestionProps["preview"]; readonly help: string }) {
  const binding = preview?.filled.binding;
  const trusted =
    binding?.kind === "github"
      ? preview?.plan?.objects.flatMap((object) => object.details).find((detail) => detail.label === "Trusts")
      : undefined;
  return trusted ? (
    <>
      Only this token will be accepted: <code className="break-all">{trusted.value}</code>
    </>
  ) : (
    help
  );
}

function Subject({
  runs,
  environments,
  set,
}: {
  readonly runs: GithubAnswer;
  readonly environments: readonly string[];
  readonly set: (part: Partial<GithubAnswer>) => void;
}) {
  const value =
    runs.subject === null
      ? ""
      : "environment" in runs.subject
        ? runs.subject.environment
        : `${branch}${runs.subject.branch}`;
  const isBranch = runs.subject !== null && "branch" in runs.subject;
  const choices = [
    ...environments.map((name) => ({ value: name, label: `environment ${name}` })),
    { value: isBranch ? value : `${branch}main`, label: "a branch" },
  ];
  const choose = (chosen: string) =>
    set({
      subject:
        chosen === ""
          ? null
          : chosen.startsWith(branch)
            ? { branch: chosen.slice(branch.length) }
            : { environment: chosen },
    });
  return (
    <>
      <Select
        aria-label="Environment or branch"
        className="min-w-0 flex-1"
        placeholder="environment or branch"
        choices={choices}
        value={value}
        onChange={(event) => choose(event.target.value)}
      />
      {isBranch ? (
        <Input
          aria-label="Branch"
          mono
          className="min-w-0 flex-1"
          value={value.slice(branch.length)}
          maxLength={200}
          onChange={(event) => set({ subject: { branch: event.target.value } })}
        />
      ) : null}
    </>
  );
}

/** A repository that the directory does not know needs both of GitHub's numbers and goes to security as not verified. */
function Ids({ runs, set }: { readonly runs: GithubAnswer; readonly set: (part: Partial<GithubAnswer>) => void }) {
  const digits = (text: string) => text.replace(/\D/g, "").slice(0, 20);
  return (
    <div className="mt-2 flex flex-wrap gap-2">
      <Input
        aria-label="GitHub's id of the owner"
        placeholder="owner id"
        inputMode="numeric"
        mono
        className="sm:max-w-40"
        value={runs.ownerId ?? ""}
        onChange={(event) => set({ ownerId: digits(event.target.value) })}
      />
      <Input
        aria-label="GitHub's id of the repository"
        placeholder="repository id"
        inputMode="numeric"
        mono
        className="sm:max-w-40"
        value={runs.repositoryId ?? ""}
        onChange={(event) => set({ repositoryId: digits(event.target.value) })}
      />
      <p className="basis-full text-[12.5px] text-muted">
        Not in the directory: give both numeric ids. Security is asked, because nobody has verified them.
      </p>
    </div>
  );
}
