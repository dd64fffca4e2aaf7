import type { GithubAnswer } from "./answers.ts";
import type { Binding, GithubBinding } from "./charter.ts";
import type { RepositoryFact } from "./form-facts.ts";
import { instantOf } from "./instant.ts";
import type { Refusal } from "./refusal.ts";
import { githubSubjects } from "./subject.ts";

/**
 * The trust of a GitHub answer: ids and subject format from the directory's record; a repository nobody recorded needs
 * both ids typed, trusts the immutable format only and is not verified. Null while the question is not answered.
 */
export function githubBinding(answer: GithubAnswer, repositories: readonly RepositoryFact[]): GithubBinding | null {
  const record = repositoryOf(answer.repository, repositories);
  const ids = record ?? { ownerId: answer.ownerId ?? "", repositoryId: answer.repositoryId ?? "" };
  if (answer.repository === "" || answer.subject === null) return null;
  const until = answer.bothFormatsUntil;
  return {
    kind: "github",
    repository: record?.name ?? answer.repository,
    ownerId: ids.ownerId,
    repositoryId: ids.repositoryId,
    subject: answer.subject,
    formats: until === undefined ? [record?.subjectFormat ?? "immutable"] : ["immutable", "names"],
    ...(until === undefined ? {} : { formatsUntil: until }),
    verified: record !== null,
  };
}

/** GitHub's names are case-insensitive; the record's spelling is the one its tokens carry. */
export const repositoryOf = (name: string, repositories: readonly RepositoryFact[]): RepositoryFact | null =>
  repositories.find((one) => one.name.toLowerCase() === name.toLowerCase()) ?? null;

/**
 * Why a binding may not be trusted as written: parts that make no exact subject, formats without their end, a claim to
 * be verified that the directory does not bear out, an environment spelled otherwise than GitHub has it.
 */
export function whyNotBinding(
  binding: Binding,
  repositories: readonly RepositoryFact[],
  now: Date,
): readonly Refusal[] {
  if (binding.kind === "workload") return [];
  const subjects = githubSubjects(binding);
  return [
    ...("refusals" in subjects ? subjects.refusals : []),
    ...whyNotFormats(binding, now),
    ...whyNotRecorded(binding, repositoryOf(binding.repository, repositories)),
  ];
}

function whyNotFormats({ formats, formatsUntil }: GithubBinding, now: Date): readonly Refusal[] {
  const field = "binding.formats";
  const distinct = new Set(formats).size === formats.length;
  if (formats.length === 0 || !distinct)
    return [{ code: "invalid", field, sentence: "Choose which subject format is trusted, each once." }];
  const until = formatsUntil === undefined ? null : instantOf(formatsUntil);
  if (formats.length === 2 && (until === null || until <= now.getTime()))
    return [
      {
        code: "invalid",
        field,
        sentence: "Trusting both subject formats needs an end date ahead.",
        mend: "Say until when the older format is trusted.",
      },
    ];
  if (formats.length === 1 && formatsUntil !== undefined)
    return [{ code: "invalid", field, sentence: "An end date belongs to trusting both subject formats." }];
  return [];
}

function whyNotRecorded(binding: GithubBinding, record: RepositoryFact | null): readonly Refusal[] {
  const field = "binding.repository";
  const same =
    record !== null &&
    record.name === binding.repository &&
    record.ownerId === binding.ownerId &&
    record.repositoryId === binding.repositoryId;
  if (record !== null && !same)
    return [
      {
        code: "invalid",
        field,
        sentence: `The directory has other ids for ${record.name}.`,
        mend: "Choose the repository again.",
      },
    ];
  if (binding.verified && record === null)
    return [
      {
        code: "invalid",
        field,
        sentence: "The directory does not know this repository.",
        mend: "Type its ids, or have it imported.",
      },
    ];
  if (!binding.verified && record !== null)
    return [
      {
        code: "invalid",
        field,
        sentence: `The directory knows ${record.name} by now.`,
        mend: "Choose the repository again.",
      },
    ];
  if (record?.archived)
    return [{ code: "invalid", field, sentence: `${record.name} is archived; nothing runs there.` }];
  if (record === null && binding.formats.includes("names"))
    return [
      {
        code: "invalid",
        field: "binding.formats",
        sentence: "Only a recorded repository may be trusted by its name.",
        mend: "Trust the immutable format.",
      },
    ];
  return record === null ? [] : whyNotSpelled(binding, record);
}

function whyNotSpelled({ subject, formats }: GithubBinding, record: RepositoryFact): readonly Refusal[] {
  if (formats.length === 1 && formats[0] !== record.subjectFormat)
    return [
      {
        code: "invalid",
        field: "binding.formats",
        sentence: `${record.name} sends the ${record.subjectFormat} format.`,
        mend: "Trust that format, or both with an end date.",
      },
    ];
  if (!("environment" in subject) || record.environments.includes(subject.environment)) return [];
  const near = record.environments.find((name) => name.toLowerCase() === subject.environment.toLowerCase());
  return near === undefined
    ? []
    : [
        {
          code: "invalid",
          field: "binding.environment",
          sentence: `GitHub spells this environment ${near}.`,
          mend: `Write ${near}.`,
        },
      ];
}
