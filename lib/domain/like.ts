import type { Answers, Edits, GithubAnswer, NeedAnswer, WorkloadAnswer } from "./answers.ts";
import { repositoryOf } from "./binding.ts";
import type { Charter, Environment, Origins } from "./charter.ts";
import { environmentTold } from "./subject.ts";
import type { CharterFacts } from "./validate-charter.ts";

/** What is known today of what a charter names. */
export interface LikeFacts extends CharterFacts {
  readonly blueprint: {
    readonly title: string;
    readonly guardRails: { readonly environments: readonly Environment[] };
  };
  /** By id: a name is for people, an unknown id has none. */
  readonly names: { readonly [id: string]: string };
}

/** One thing that was not copied, and why. */
export interface Left {
  readonly field: string;
  readonly sentence: string;
}
export interface Like {
  readonly answers: Answers;
  readonly left: readonly Left[];
}

/**
 * The answers that ask for one like an identity that exists. Only what somebody chose by hand is copied, and only while it still
 * holds; everything else follows today's defaults. Approvals, exceptions and ends are never copied, and neither is the
 * purpose: each identity has its own.
 */
export function answersLike(of: {
  readonly charter: Charter;
  readonly origins: Origins;
  readonly need: NeedAnswer | null;
  readonly facts: LikeFacts;
}): Like {
  const { charter, facts, need } = of;
  const left: Left[] = [];
  const leave = (field: string, sentence: string): null => {
    left.push({ field, sentence });
    return null;
  };
  const runs = runsLike(charter, facts, leave);
  const told =
    runs?.kind === "github" && runs.subject && "environment" in runs.subject
      ? environmentTold(runs.subject.environment)
      : null;
  const allowed = facts.blueprint.guardRails.environments.includes(charter.environment);
  if (!allowed) leave("environment", `${facts.blueprint.title} is no longer made in ${charter.environment}.`);
  const edits = { ...peopleLike(of, leave), ...placeLike(of, leave), ...termsLike(of, leave) };
  const environment = told === null && allowed ? charter.environment : null;
  return { answers: { blueprint: charter.blueprint, runs, need, purpose: "", environment, edits }, left };
}

type Leave = (field: string, sentence: string) => null;
interface Of {
  readonly charter: Charter;
  readonly origins: Origins;
  readonly facts: LikeFacts;
}

function runsLike({ binding, service }: Charter, facts: LikeFacts, leave: Leave): GithubAnswer | WorkloadAnswer | null {
  if (binding.kind === "workload") {
    const known = facts.services.find(({ id }) => id === service);
    if (known && !known.decommissioned) return { kind: "workload", runsOn: binding.runsOn, service };
    leave("service", `${facts.names[service] ?? "Its business service"} was decommissioned.`);
    return { kind: "workload", runsOn: binding.runsOn };
  }
  const record = repositoryOf(binding.repository, facts.repositories);
  if (record?.archived) return leave("runs", `${record.name} was archived: nothing runs there.`);
  const ids = record === null ? { ownerId: binding.ownerId, repositoryId: binding.repositoryId } : {};
  const { subject } = binding;
  const gone = record !== null && "environment" in subject && !record.environments.includes(subject.environment);
  if (gone) leave("runs", `${record.name} no longer has the environment ${subject.environment}.`);
  if (binding.formatsUntil !== undefined)
    leave("runs", "The older subject format is trusted no longer than it was agreed.");
  return { kind: "github", repository: record?.name ?? binding.repository, ...ids, subject: gone ? null : subject };
}

const typed = ({ origins }: Of, field: keyof Charter): boolean => origins[field]?.how === "typed";

/** People that somebody chose, while they are active. */
function peopleLike(of: Of, leave: Leave): Edits {
  const { charter, facts } = of;
  const active = (id: string) => facts.people.some((person) => person.id === id && person.active);
  const kept = (field: "owner" | "endsIt", role: string): string | null => {
    const id = charter[field];
    if (active(id)) return typed(of, field) ? id : null;
    return leave(field, `${facts.names[id] ?? "Somebody"}, ${role}, is no longer active.`);
  };
  const { backup } = charter;
  const stands = "team" in backup ? facts.teams.some(({ id }) => id === backup.team) : active(backup.person);
  const named = facts.names["team" in backup ? backup.team : backup.person] ?? "Its backup";
  if (!stands)
    leave("backup", "team" in backup ? `${named} is no longer a team.` : `${named}, its backup, is no longer active.`);
  const [owner, endsIt] = [kept("owner", "its owner"), kept("endsIt", "who ends it")];
  return {
    ...(owner === null ? {} : { owner }),
    ...(endsIt === null ? {} : { endsIt }),
    ...(stands && typed(of, "backup") ? { backup } : {}),
  };
}

function placeLike(of: Of, leave: Leave): Edits {
  const { charter, facts } = of;
  const target = facts.targets.find(({ name }) => name === charter.target);
  const serves = target?.environments.includes(charter.environment) === true;
  const named = facts.names[charter.target] ?? charter.target;
  if (target === undefined) leave("target", `${named} is no longer a target.`);
  else if (!serves) leave("target", `${named} is no longer a target for ${charter.environment}.`);
  const service = facts.services.find(({ id }) => id === charter.service);
  const retired = service === undefined || service.decommissioned;
  if (retired && charter.binding.kind === "github")
    leave("service", `${facts.names[charter.service] ?? "Its business service"} was decommissioned.`);
  const team = facts.teams.some(({ id }) => id === charter.team);
  if (!team) leave("team", "Its team is no longer one.");
  return {
    ...(serves && typed(of, "target") ? { target: charter.target } : {}),
    ...(!retired && charter.binding.kind === "github" && typed(of, "service") ? { service: charter.service } : {}),
    ...(team && typed(of, "team") ? { team: charter.team } : {}),
  };
}

function termsLike(of: Of, leave: Leave): Edits {
  const { charter } = of;
  if (charter.exception !== null)
    leave("exception", `Its exception (${charter.exception.reason}) was granted to that identity alone.`);
  if (typed(of, "endsAt")) leave("endsAt", "Its end was chosen for that identity: this one's follows policy.");
  return {
    ...(typed(of, "classification") ? { classification: charter.classification } : {}),
    ...(typed(of, "dataDomains") ? { dataDomains: charter.dataDomains } : {}),
    ...(typed(of, "credential") ? { credential: charter.credential } : {}),
    ...(typed(of, "rotation") ? { rotation: charter.rotation } : {}),
    ...(typed(of, "retireWhen") ? { retireWhen: charter.retireWhen } : {}),
  };
}
