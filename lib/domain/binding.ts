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

const refusal = (part: string, sentence: string, mend: string): Refusal => ({
  code: "invalid",
  field: `binding.${part}`,
  sentence,
  mend,
});

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
  const until = formatsUntil === undefined ? null : instantOf(formatsUntil);
  const ahead = until !== null && until > now.getTime();
  if (formats.length === 0 || new Set(formats).size < formats.length)
    return [refusal("formats", "Each trusted subject format is named once.", "Choose one format, or both.")];
  if (formats.length === 2 && !ahead)
    return [
      refusal(
        "formats",
        "Trusting both subject formats needs an end date ahead.",
        "Say until when the older one is trusted.",
      ),
    ];
  if (formats.length === 1 && formatsUntil !== undefined)
    return [refusal("formats", "An end date belongs to trusting both subject formats.", "Leave the date out.")];
  return [];
}

/** What the directory does not bear out. */
function whyNotRecorded(binding: GithubBinding, record: RepositoryFact | null): readonly Refusal[] {
  return record === null
    ? whyNotUnrecorded(binding)
    : [...whyNotRecord(binding, record), ...whyNotSpelled(binding, record)];
}

function whyNotUnrecorded({ verified, formats }: GithubBinding): readonly Refusal[] {
  return [
    ...(verified
      ? [refusal("repository", "The directory does not know this repository.", "Type its ids, or have it imported.")]
      : []),
    ...(formats.includes("names")
      ? [refusal("formats", "Only a recorded repository may be trusted by its name.", "Trust the immutable format.")]
      : []),
  ];
}

function whyNotRecord(binding: GithubBinding, record: RepositoryFact): readonly Refusal[] {
  const { name, ownerId, repositoryId, archived } = record;
  const same = name === binding.repository && ownerId === binding.ownerId && repositoryId === binding.repositoryId;
  const again = "Choose the repository again.";
  if (!same) return [refusal("repository", `The directory has other ids for ${name}.`, again)];
  if (!binding.verified) return [refusal("repository", `The directory knows ${name} by now.`, again)];
  return archived ? [refusal("repository", `${name} is archived; nothing runs there.`, "Choose one that is not.")] : [];
}

function whyNotSpelled({ subject, formats }: GithubBinding, record: RepositoryFact): readonly Refusal[] {
  if (formats.length === 1 && formats[0] !== record.subjectFormat) {
    const mend = "Trust that format, or both with an end date.";
    return [refusal("formats", `${record.name} sends the ${record.subjectFormat} format.`, mend)];
  }
  if (!("environment" in subject) || record.environments.includes(subject.environment)) return [];
  const near = record.environments.find((name) => name.toLowerCase() === subject.environment.toLowerCase());
  return near === undefined
    ? []
    : [refusal("environment", `GitHub spells this environment ${near}.`, `Write ${near}.`)];
}
