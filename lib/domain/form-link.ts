import { type Answers, type GithubAnswer, noAnswers } from "./answers.ts";
import { repositoryOf } from "./binding.ts";
import { type Environment, environments } from "./charter.ts";
import type { RepositoryFact } from "./form-facts.ts";
import { environmentTold } from "./subject.ts";

/** What a link into the form may name beside its blueprint. */
export interface FormLink {
  readonly repo: string | null;
  readonly environment: string | null;
  readonly pack: string | null;
  /** Everything else the link names: parameters of the reach pack. */
  readonly parameters: { readonly [name: string]: string };
}
export interface LinkFacts {
  readonly id: string;
  readonly title: string;
  readonly questions: readonly { readonly kind: string }[];
  readonly guardRails: { readonly environments: readonly Environment[] };
  readonly packs: readonly { readonly id: string; readonly parameters: readonly { readonly name: string }[] }[];
  /** The named repository, where the directory knows it. */
  readonly repositories: readonly RepositoryFact[];
}

/** Answers that a link gives beforehand, and at which field it named something wrong. Fields: `runs`, `need`, `environment`. */
export function linkAnswers(
  link: FormLink,
  facts: LinkFacts,
): { readonly answers: Answers; readonly said: { readonly [field: string]: string } } {
  const said: Record<string, string> = {};
  const say = (field: string, sentence: string): null => {
    said[field] ??= sentence;
    return null;
  };
  const pipeline = facts.questions.some(({ kind }) => kind === "github");
  const runs =
    link.repo === null
      ? null
      : pipeline
        ? repositoryNamed(link.repo, say)
        : say("runs", `The link names a repository, but ${facts.title} has none.`);
  const record = runs === null ? null : repositoryOf(runs.repository, facts.repositories);
  const subject = runs === null || link.environment === null ? null : subjectNamed(link.environment, record);
  const environment =
    link.environment === null || subject !== null ? null : environmentNamed(link.environment, { facts, pipeline, say });
  return {
    answers: {
      ...noAnswers(facts.id),
      runs: runs === null ? null : { ...runs, repository: record?.name ?? runs.repository, subject },
      need: link.pack === null ? null : packNamed(link, facts, say),
      environment,
    },
    said,
  };
}

type Say = (field: string, sentence: string) => null;
const shown = (text: string): string => `“${text.replace(/[^\p{L}\p{N} ._/:-]/gu, "?").slice(0, 60)}”`;

function repositoryNamed(repository: string, say: Say): GithubAnswer | null {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/.test(repository))
    return { kind: "github", repository, subject: null };
  return say("runs", `The link names ${shown(repository)}, which is no repository: it is written owner/name.`);
}

/** GitHub's environment of this name, or the only one that tells this environment of ours. */
function subjectNamed(name: string, record: RepositoryFact | null): GithubAnswer["subject"] {
  if (record?.environments.includes(name)) return { environment: name };
  const telling = record?.environments.filter((one) => environmentTold(one) === name) ?? [];
  return telling.length === 1 && telling[0] !== undefined ? { environment: telling[0] } : null;
}

function environmentNamed(
  name: string,
  by: { readonly facts: LinkFacts; readonly pipeline: boolean; readonly say: Say },
): Environment | null {
  const { facts, pipeline, say } = by;
  const field = pipeline ? "runs" : "environment";
  const known = environments.find((one) => one === name);
  if (known === undefined)
    return say(
      field,
      `The link names ${shown(name)}, which is ${pipeline ? "no environment of that repository, nor one of" : "none of"} ${environments.join(", ")}.`,
    );
  if (!facts.guardRails.environments.includes(known)) return say(field, `${facts.title} is not made in ${known}.`);
  return known;
}

function packNamed({ pack, parameters }: FormLink, facts: LinkFacts, say: Say): Answers["need"] {
  const known = facts.packs.find(({ id }) => id === pack);
  if (known === undefined)
    return say("need", `The link names ${shown(pack ?? "")}, which is not offered here: choose from the list.`);
  const given = known.parameters.flatMap(({ name }) => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return { pack: known.id, parameters: Object.fromEntries(given) };
}
