import { whyNotBinding } from "./binding.ts";
import type { Charter } from "./charter.ts";
import type { RepositoryFact } from "./form-facts.ts";
import { instantOf } from "./instant.ts";
import type { Refusal } from "./refusal.ts";
import { environmentTold } from "./subject.ts";
import { isSlug, type TextLimits, whyNotPlain } from "./text.ts";

/** What a charter is checked against; the part of `FormFacts` that the worker reads again. */
export interface CharterFacts {
  readonly people: readonly { readonly id: string; readonly active: boolean }[];
  readonly teams: readonly { readonly id: string }[];
  readonly services: readonly { readonly id: string; readonly team: string; readonly decommissioned: boolean }[];
  readonly repositories: readonly RepositoryFact[];
  readonly targets: readonly { readonly name: string; readonly environments: readonly string[] }[];
}

const invalid = (field: string, sentence: string, mend?: string): Refusal => ({
  code: "invalid",
  field,
  sentence,
  ...(mend === undefined ? {} : { mend }),
});

/**
 * The hard invariants of a charter, whatever policy says; one sentence at each field that breaks one. Policy's matters
 * (owner and backup differ, maximum life, the ladder) are not here.
 */
export function validateCharter(charter: Charter, facts: CharterFacts, now: Date): readonly Refusal[] {
  return [
    ...whyNotWords(charter),
    ...whyNotPeople(charter, facts),
    ...whyNotPlace(charter, facts),
    ...whyNotBinding(charter.binding, facts.repositories, now),
    ...whyNotCredential(charter),
    ...whyNotDates(charter, now),
    ...whyNotException(charter, facts, now),
    ...whyNotConditions(charter),
  ];
}

export const purposeLimits: TextLimits = { min: 15, max: 500 };
/** Why a purpose is not one plain sentence within its limits. */
export const whyNotPurpose = (purpose: string): readonly Refusal[] => whyNotLine("purpose", purpose, purposeLimits);

function whyNotLine(field: string, text: string, limits: TextLimits): readonly Refusal[] {
  const sentence = whyNotPlain(text, limits);
  return sentence === null ? [] : [invalid(field, sentence)];
}

function whyNotWords({ name, purpose, binding, dataDomains }: Charter): readonly Refusal[] {
  return [
    ...(isSlug(name)
      ? []
      : [
          invalid(
            "name",
            "A name is 2–40 lower case letters, digits and single hyphens.",
            "Write it like ledger-snapshots.",
          ),
        ]),
    ...whyNotPurpose(purpose),
    ...(binding.kind === "workload" ? whyNotLine("binding.runsOn", binding.runsOn, { min: 3, max: 120 }) : []),
    ...dataDomains.flatMap((domain) => whyNotLine("dataDomains", domain, { min: 2, max: 60 })),
    ...(dataDomains.length > 20 ? [invalid("dataDomains", "At most 20 data domains fit here.")] : []),
    ...(new Set(dataDomains).size < dataDomains.length
      ? [invalid("dataDomains", "A data domain is named twice.")]
      : []),
  ];
}

function whyNotPeople(charter: Charter, facts: CharterFacts): readonly Refusal[] {
  const why = (field: string, id: string, whom: string): readonly Refusal[] => {
    const person = facts.people.find((one) => one.id === id);
    if (person === undefined) return [invalid(field, `${whom} is nobody the directory knows.`, "Choose a person.")];
    return person.active ? [] : [invalid(field, `${whom} is no longer active.`, "Choose someone who is.")];
  };
  const { backup } = charter;
  const team = (field: string, id: string): readonly Refusal[] =>
    facts.teams.some((one) => one.id === id) ? [] : [invalid(field, "This team is not known.", "Choose a team.")];
  return [
    ...why("owner", charter.owner, "The owner"),
    ...why("endsIt", charter.endsIt, "The person who ends it"),
    ...("person" in backup ? why("backup", backup.person, "The backup") : team("backup", backup.team)),
    ...team("team", charter.team),
  ];
}

function whyNotPlace(charter: Charter, facts: CharterFacts): readonly Refusal[] {
  const service = facts.services.find((one) => one.id === charter.service);
  const target = facts.targets.find((one) => one.name === charter.target);
  const { binding, environment } = charter;
  const told =
    binding.kind === "github" && "environment" in binding.subject ? environmentTold(binding.subject.environment) : null;
  return [
    ...(service === undefined
      ? [invalid("service", "This business service is not known.", "Choose a business service.")]
      : []),
    ...(service?.decommissioned
      ? [invalid("service", "This business service is decommissioned.", "Choose one that runs.")]
      : []),
    ...(target === undefined ? [invalid("target", "This target is not configured.", "Choose a target.")] : []),
    ...(target !== undefined && !target.environments.includes(environment)
      ? [invalid("target", `This target does not serve ${environment}.`, "Choose a target that does.")]
      : []),
    ...(told !== null && told !== environment
      ? [invalid("environment", `The GitHub environment says ${told}.`, `Ask for ${told}.`)]
      : []),
  ];
}

function whyNotCredential({ credential, rotation, binding }: Charter): readonly Refusal[] {
  return [
    ...(rotation !== null && (rotation.everyDays < 1 || rotation.everyDays > 366)
      ? [invalid("rotation", "A credential is replaced at least once in 366 days.")]
      : []),
    ...(rotation !== null && whyNotPlain(rotation.riskAnalysis, { min: 2, max: 80 }) !== null
      ? [invalid("rotation", "Name the risk analysis that sets the rotation.", "A reference such as RA-118 is enough.")]
      : []),
    ...(credential === "federated" && binding.kind !== "github"
      ? [
          invalid(
            "credential",
            "A federated credential needs a workload with its own token.",
            "Choose the pipeline that runs it.",
          ),
        ]
      : []),
  ];
}

function whyNotDates({ endsAt }: Charter, now: Date): readonly Refusal[] {
  const end = instantOf(endsAt);
  if (end === null) return [invalid("endsAt", "This is not a date.", "Choose when it ends.")];
  return end > now.getTime() ? [] : [invalid("endsAt", "The end has passed.", "Choose a day ahead.")];
}

function whyNotException({ exception }: Charter, facts: CharterFacts, now: Date): readonly Refusal[] {
  if (exception === null) return [];
  const end = instantOf(exception.endsAt);
  const why = whyNotPlain(exception.reason, { min: 15, max: 500 });
  const answered = facts.people.some((one) => one.id === exception.owner && one.active);
  return [
    ...(why === null ? [] : [invalid("exception.reason", why)]),
    ...(end === null || end <= now.getTime()
      ? [invalid("exception.endsAt", "An exception ends on a day ahead.", "Choose its end.")]
      : []),
    ...(answered
      ? []
      : [invalid("exception.owner", "An exception is answered for by an active person.", "Choose a person.")]),
  ];
}

function whyNotConditions({ retireWhen, binding }: Charter): readonly Refusal[] {
  const kinds = retireWhen.map((condition) => condition.kind);
  const days = retireWhen.flatMap((condition) => (condition.kind === "unused" ? [condition.days] : []));
  return [
    ...(new Set(kinds).size < kinds.length ? [invalid("retireWhen", "A retirement condition is named twice.")] : []),
    ...(days.some((count) => count < 1 || count > 400)
      ? [invalid("retireWhen", "Unused means 1 to 400 days without a use.")]
      : []),
    ...(kinds.includes("repository-archived") && binding.kind !== "github"
      ? [invalid("retireWhen", "There is no repository that could be archived.")]
      : []),
  ];
}
