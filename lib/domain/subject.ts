import { type Environment, environments, type GithubBinding, type SubjectFormat } from "./charter.ts";
import { asRefusals, type Outcome, ok, type Refusal } from "./refusal.ts";

/** One `sub` claim that a trust accepts. */
export interface Subject {
  readonly format: SubjectFormat;
  readonly sub: string;
}

/** GitHub's issuer of workflow tokens. Source: GitHub docs, "About security hardening with OpenID Connect". */
export const githubIssuer = "https://token.actions.githubusercontent.com";

const ownerName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/;
const repositoryName = /^[A-Za-z0-9._-]{1,100}$/;
const numericId = /^[1-9][0-9]{0,18}$/;
const environmentName = /^[A-Za-z0-9._:-]{1,255}$/;
const branchName = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

const invalid = (field: string, sentence: string, mend: string): Refusal => ({
  code: "invalid",
  field,
  sentence,
  mend,
});

/**
 * The exact subjects of a binding, one per format, composed from validated parts and never typed. Refuses wildcards,
 * separators, line breaks, `pull_request` and parts that could be read as another subject. In an environment's name `:`
 * becomes `%3A` as GitHub writes it; characters whose encoding GitHub does not document are refused.
 * Sources: GitHub changelog 2026-04-23 (immutable subjects), GitHub docs (subject claims).
 */
export function githubSubjects(binding: GithubBinding): Outcome<readonly Subject[]> {
  const refusals = asRefusals([...whyNotRepository(binding), ...whyNotSubject(binding.subject)]);
  if (refusals) return { refusals };
  const [owner, repository] = binding.repository.split("/");
  const context =
    "environment" in binding.subject
      ? `environment:${binding.subject.environment.replaceAll(":", "%3A")}`
      : `ref:refs/heads/${binding.subject.branch}`;
  const prefix: { readonly [F in SubjectFormat]: string } = {
    immutable: `repo:${owner}@${binding.ownerId}/${repository}@${binding.repositoryId}`,
    names: `repo:${binding.repository}`,
  };
  return ok(binding.formats.map((format) => ({ format, sub: `${prefix[format]}:${context}` })));
}

function whyNotRepository(binding: GithubBinding): readonly Refusal[] {
  const [owner = "", repository = "", ...more] = binding.repository.split("/");
  const named =
    more.length === 0 && ownerName.test(owner) && repositoryName.test(repository) && !/^\.{1,2}$/.test(repository);
  const ids = [binding.ownerId, binding.repositoryId].every((id) => numericId.test(id));
  return [
    ...(named
      ? []
      : [
          invalid(
            "binding.repository",
            "This is not a repository's name.",
            "Write it as owner/name, as GitHub spells it.",
          ),
        ]),
    ...(ids
      ? []
      : [
          invalid(
            "binding.repositoryId",
            "The owner's and the repository's numeric ids are needed.",
            "Copy both ids from GitHub; they are whole numbers.",
          ),
        ]),
  ];
}

function whyNotSubject(subject: GithubBinding["subject"]): readonly Refusal[] {
  const [field, name] =
    "environment" in subject ? ["binding.environment", subject.environment] : ["binding.branch", subject.branch];
  if (name === "pull_request")
    return [
      invalid(
        field,
        "Pull requests run code that nobody has reviewed; they are never trusted.",
        "Choose an environment or a branch.",
      ),
    ];
  if (/[*?]/.test(name))
    return [invalid(field, "A wildcard would accept more than one workload.", "Name one environment or one branch.")];
  if ("environment" in subject)
    return environmentName.test(name)
      ? []
      : [
          invalid(
            field,
            "This environment's name cannot be trusted exactly.",
            "Use an environment named with letters, digits, hyphens, dots, underscores or colons.",
          ),
        ];
  return whyNotBranch(field, name);
}

/** A full reference is no branch's name: the subject adds `refs/heads/` itself. */
function whyNotBranch(field: string, name: string): readonly Refusal[] {
  if (name.startsWith("refs/")) {
    const short = name.replace(/^refs\/heads\//, "");
    const plain = short !== name && branchName.test(short);
    const mend = plain ? `Leave out refs/heads/ and write ${short}.` : "Name a branch.";
    return [invalid(field, "This is a full reference, not a branch's name; no token would ever match it.", mend)];
  }
  const plain =
    branchName.test(name) &&
    name.length <= 200 &&
    !name.includes("..") &&
    !/(^|\/)\.|\.lock(\/|$)|\.$/.test(name) &&
    !name.startsWith("-");
  return plain
    ? []
    : [
        invalid(
          field,
          "This branch's name cannot be trusted exactly.",
          "Use a branch named with letters, digits, hyphens, dots, underscores and slashes.",
        ),
      ];
}

/** What a GitHub environment's name tells: `prod*` is prod, `stag*` is staging, any other name tells nothing. */
export function environmentTold(name: string): Environment | null {
  const told = /^prod/i.test(name) ? "prod" : /^stag/i.test(name) ? "staging" : null;
  return environments.find((one) => one === told) ?? null;
}
