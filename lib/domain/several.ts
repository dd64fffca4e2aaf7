import type { Answers, Beside } from "./answers.ts";
import { type Environment, environments } from "./charter.ts";
import { environmentTold } from "./subject.ts";

/** One of the requests that a form asks for. */
export interface OneOfSeveral {
  /** Null while the form's own environment is open. */
  readonly environment: Environment | null;
  readonly answers: Answers;
}

/** The environment that the form itself is for: what its workload tells, or what was answered. */
export function ownEnvironment({ runs, environment }: Answers): Environment | null {
  const subject = runs?.kind === "github" ? runs.subject : null;
  const told = subject !== null && "environment" in subject ? environmentTold(subject.environment) : null;
  return told ?? environment;
}

/**
 * The answers to each request of a form, the form's own first, each plain: as if it had been asked for alone. What was changed
 * by hand holds for all, but target, end and exception hold for the form's own alone, since they hang on the environment. A
 * name is told apart by its environment. What names an environment twice, or the form's own, counts once.
 */
export function severalAnswers(form: Answers): readonly [OneOfSeveral, ...OneOfSeveral[]] {
  const { beside = [], ...answers } = form;
  const own = ownEnvironment(answers);
  const others = environments.flatMap((environment) => {
    const one = beside.find((other) => other.environment === environment);
    return one === undefined || environment === own || own === null ? [] : [one];
  });
  if (own === null || others.length === 0) return [{ environment: own, answers }];
  return [
    { environment: own, answers: named(answers, own) },
    ...others.map((other) => ({
      environment: other.environment,
      answers: named(moved(answers, other), other.environment),
    })),
  ];
}

function named(answers: Answers, environment: Environment): Answers {
  const { name } = answers.edits;
  if (name === undefined) return { ...answers, nameEndsIn: environment };
  return { ...answers, edits: { ...answers.edits, name: `${name}-${environment}` } };
}

/** A subject that tells another environment is none for this one. */
function moved(answers: Answers, { environment, subject: asked, target }: Beside): Answers {
  const { target: _target, endsAt: _endsAt, exception: _exception, ...edits } = answers.edits;
  const { runs } = answers;
  const told = asked !== null && "environment" in asked ? environmentTold(asked.environment) : null;
  const subject = told === null || told === environment ? asked : null;
  const there = runs?.kind === "github" ? { ...runs, subject } : runs;
  return {
    ...answers,
    runs: there,
    environment: told === null || subject === null ? environment : null,
    edits: { ...edits, ...(target === undefined ? {} : { target }) },
  };
}

/** The environment of a repository that most likely runs what is meant: one that tells it, or bears its name; null for none. */
export function subjectFor(environment: Environment, known: readonly string[]): Beside["subject"] {
  const telling =
    known.find((name) => environmentTold(name) === environment) ??
    known.find((name) => name.toLowerCase().startsWith(environment));
  return telling === undefined ? null : { environment: telling };
}
