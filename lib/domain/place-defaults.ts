import type { Answers, Edits } from "./answers.ts";
import { repositoryOf } from "./binding.ts";
import { type Backup, type Charter, type Classification, classifications, type Environment } from "./charter.ts";
import type { FormFacts, ServiceFact, TeamFact } from "./form-facts.ts";
import { byDefault, edited, inferred, type Sourced, typed } from "./origin.ts";

/** Where it belongs: each later field follows from the earlier ones. */
export interface Place {
  readonly service: Sourced<string> | null;
  readonly team: Sourced<string> | null;
  readonly target: Sourced<string> | null;
  readonly classification: Sourced<Classification> | null;
  readonly dataDomains: Sourced<readonly string[]>;
}

/** Who answers for it. */
export interface Accountability {
  readonly owner: Sourced<string> | null;
  readonly backup: Sourced<Backup> | null;
  readonly endsIt: Sourced<string> | null;
}

const record = (service: ServiceFact): string => `${service.name} · ${service.source}`;
const template = (team: TeamFact): readonly [string, string] => ["team template", `${team.slug} ${team.version}`];
const find = <T extends { readonly id: string }>(rows: readonly T[], field: Sourced<string> | null): T | undefined =>
  rows.find((row) => row.id === field?.value);

export function place(answers: Answers, facts: FormFacts, environment: Environment | null): Place {
  const { edits } = answers;
  const service = serviceOf(answers, facts);
  const serviceFact = find(facts.services, service);
  const team = teamOf(edits, facts, serviceFact);
  const teamFact = find(facts.teams, team);
  const domains = teamFact?.defaults.dataDomains;
  return {
    service,
    team,
    target: targetOf(edits, facts, { environment, service: serviceFact }),
    classification: edited(edits.classification) ?? stricter(facts, serviceFact),
    dataDomains:
      edited(edits.dataDomains) ??
      (teamFact === undefined || domains === undefined
        ? inferred([], "no third party")
        : byDefault(domains, ...template(teamFact))),
  };
}

/** The stricter of the blueprint's classification and the service's record: a form never talks data down by itself. */
function stricter({ blueprint }: FormFacts, service: ServiceFact | undefined): Sourced<Classification> | null {
  const own = blueprint.defaults.classification;
  const weight = (one: Classification): number => classifications.indexOf(one);
  if (service !== undefined && (own === null || weight(service.classification) >= weight(own)))
    return inferred(service.classification, record(service));
  return own === null ? null : byDefault(own, "blueprint", blueprint.digest);
}

function serviceOf({ edits, runs }: Answers, facts: FormFacts): Sourced<string> | null {
  const repository = runs?.kind === "github" ? repositoryOf(runs.repository, facts.repositories) : null;
  const own = facts.services.filter(
    (service) => facts.requester.teams.includes(service.team) && !service.decommissioned,
  );
  const [only] = own.length === 1 ? own : [];
  return (
    edited(edits.service) ??
    (runs?.kind === "workload" && runs.service !== undefined ? typed(runs.service) : null) ??
    (repository?.service == null ? null : inferred(repository.service, repository.name)) ??
    (only === undefined ? null : inferred(only.id, "your team's only business service"))
  );
}

function teamOf(edits: Edits, facts: FormFacts, service: ServiceFact | undefined): Sourced<string> | null {
  const [only] = facts.requester.teams.length === 1 ? facts.requester.teams : [];
  return (
    edited(edits.team) ??
    (service === undefined ? null : inferred(service.team, record(service))) ??
    (only === undefined ? null : inferred(only, "your team"))
  );
}

/** Configured targets of the blueprint's kind that serve the environment; the service's record chooses, else the only one. */
function targetOf(
  edits: Edits,
  facts: FormFacts,
  by: { readonly environment: Environment | null; readonly service: ServiceFact | undefined },
): Sourced<string> | null {
  const { environment, service } = by;
  if (edits.target !== undefined) return typed(edits.target);
  if (environment === null) return null;
  const offered = facts.targets.filter(
    (target) => target.kind === facts.blueprint.connector && target.environments.includes(environment),
  );
  const named = service?.targets[environment]?.find((name) => offered.some((target) => target.name === name));
  const [only] = offered.length === 1 ? offered : [];
  if (named !== undefined && service !== undefined) return inferred(named, `${service.name} in ${environment}`);
  return only === undefined ? null : inferred(only.name, `the only one for ${environment}`);
}

/** Owner, backup and who ends it. The requester owns what their own team asks for, and accepts in the same click. */
export function accountability(edits: Edits, facts: FormFacts, where: Place): Accountability {
  const service = find(facts.services, where.service);
  const team = find(facts.teams, where.team);
  const owner = ownerOf(edits, facts, { service, team });
  const endsIt = activePerson(facts, team?.defaults.endsIt);
  return {
    owner,
    backup: edited(edits.backup) ?? (owner === null ? null : backupOf(owner.value, facts, { service, team })),
    endsIt:
      edited(edits.endsIt) ??
      (team !== undefined && endsIt !== null ? byDefault(endsIt, ...template(team)) : null) ??
      (owner === null ? null : inferred(owner.value, "owner")),
  };
}

interface Records {
  readonly service: ServiceFact | undefined;
  readonly team: TeamFact | undefined;
}

const activePerson = (facts: FormFacts, id: string | undefined): string | null =>
  facts.people.find((person) => person.id === id && person.active)?.id ?? null;

function ownerOf(edits: Edits, facts: FormFacts, { service, team }: Records): Sourced<string> | null {
  const { requester } = facts;
  const named = activePerson(facts, team?.defaults.owner);
  const recorded = activePerson(facts, service?.owner);
  return (
    edited(edits.owner) ??
    (team !== undefined && named !== null ? byDefault(named, ...template(team)) : null) ??
    (team !== undefined && requester.teams.includes(team.id)
      ? inferred(requester.id, `who asks, in ${team.name}`)
      : null) ??
    (service !== undefined && recorded !== null ? inferred(recorded, record(service)) : null)
  );
}

/** Never the owner: the team template's backup, the service's owner, else the team itself. */
function backupOf(owner: string, facts: FormFacts, { service, team }: Records): Sourced<Backup> | null {
  const templated = team?.defaults.backup;
  const usable =
    templated !== undefined &&
    (!("person" in templated) || (templated.person !== owner && activePerson(facts, templated.person) !== null));
  const recorded = activePerson(facts, service?.owner);
  if (team !== undefined && templated !== undefined && usable) return byDefault(templated, ...template(team));
  if (service !== undefined && recorded !== null && recorded !== owner)
    return inferred({ person: recorded }, record(service));
  return team === undefined ? null : inferred({ team: team.id }, "owning team");
}

/** What to say of a place that nothing tells; a gap that follows from another one says nothing. */
export function placeSentences(
  fields: {
    readonly service: unknown;
    readonly team: unknown;
    readonly environment: Sourced<Environment> | null;
    readonly target: unknown;
    readonly binding: unknown;
  },
  facts: FormFacts,
): { readonly [F in keyof Charter]?: string } {
  const { environment } = fields;
  const offered = facts.targets.filter(
    (target) =>
      target.kind === facts.blueprint.connector &&
      environment !== null &&
      target.environments.includes(environment.value),
  );
  const target = offered.length === 0 ? `No target of this type serves ${environment?.value}.` : "Choose the target.";
  return {
    service: "Choose the business service it works for.",
    ...(fields.service === null ? {} : { team: "Choose the team that owns it." }),
    ...(environment === null ? {} : { target }),
    ...(fields.team === null
      ? {}
      : { owner: "Choose the owner.", endsIt: "Choose who ends it.", backup: "Choose a backup." }),
    ...(fields.service === null ? {} : { classification: "Choose the data classification." }),
    ...(fields.target === null || fields.binding === null
      ? {}
      : { credential: "This target offers no credential that the workload could use." }),
  };
}
