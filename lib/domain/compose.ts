import type { Answers } from "./answers.ts";
import { githubBinding, whyNotBinding } from "./binding.ts";
import type { Binding, Charter, Environment, Origin, Origins } from "./charter.ts";
import type { FormFacts } from "./form-facts.ts";
import { whyNotBlueprint } from "./guard-rails.ts";
import type { JsonObject } from "./json.ts";
import { inferName } from "./name.ts";
import { edited, inferred, type Sourced, typed } from "./origin.ts";
import { accountability, place, placeSentences } from "./place-defaults.ts";
import type { Outcome, Refusal } from "./refusal.ts";
import { pickStorage } from "./storage.ts";
import { environmentTold } from "./subject.ts";
import { conditions, credential, end, exceptionOf, rotationOf } from "./term-defaults.ts";
import { validateCharter, whyNotPurpose } from "./validate-charter.ts";

export interface ComposeAsk {
  readonly answers: Answers;
  readonly facts: FormFacts;
  readonly now: Date;
  /** What the connector made of `answers.need`; null while nothing was answered. Its refusals pass through. */
  readonly spec: Outcome<JsonObject> | null;
}

/** A form's answers with every default filled in. */
export interface Composed {
  /** What is known so far, field by field. */
  readonly filled: Partial<Charter>;
  readonly origins: Origins;
  /** The charter when no field is missing and none is refused; else null. */
  readonly charter: Charter | null;
  readonly refusals: readonly Refusal[];
  /** What the workload tells by itself; null: the form asks. */
  readonly inferredEnvironment: Environment | null;
}

/** Every charter field with its source, null while nothing fills it. */
export type Fields = { readonly [F in keyof Charter]: Sourced<Charter[F]> | null };

/**
 * Fills a charter from the form's answers and what is known. Sources of defaults in order: blueprint, team template,
 * business service's record, repository, ladder, policy; an edit overrides them all. The purpose is never defaulted.
 * Pure, and safe to run on every keystroke.
 */
export function compose(ask: ComposeAsk): Composed {
  const { answers, facts, now, spec } = ask;
  const fields = fill(ask);
  const known = Object.entries(fields).flatMap(([name, field]) => (field === null ? [] : [{ name, ...field }]));
  const filled: Partial<Charter> = Object.fromEntries(known.map(({ name, value }) => [name, value]));
  const origins: { readonly [field: string]: Origin } = Object.fromEntries(
    known.map(({ name, origin }) => [name, origin]),
  );
  const whole = isWhole(filled) ? filled : null;
  const refusals = [
    ...missing(fields, facts).filter(({ field }) => field !== "spec" || spec === null),
    ...(spec !== null && "refusals" in spec ? spec.refusals : []),
    ...whyNotBlueprint(filled, facts.blueprint),
    ...(whole === null ? early(fields, ask) : [...validateCharter(whole, facts, now), ...whyNotStored(whole, facts)]),
  ];
  return {
    filled,
    origins,
    charter: refusals.length === 0 ? whole : null,
    refusals,
    inferredEnvironment: told(answers),
  };
}

function fill({ answers, facts, now, spec }: ComposeAsk): Fields {
  const environment = environmentOf(answers);
  const where = place(answers, facts, environment?.value ?? null);
  const who = accountability(answers.edits, facts, where);
  const binding = bindingOf(answers, facts);
  const rung = credential(answers, facts, where.target?.value ?? null);
  const exception = exceptionOf(answers.edits);
  const name = inferName(answers, facts.names);
  return {
    ...where,
    ...who,
    environment,
    binding,
    credential: rung,
    exception,
    blueprint: typed(facts.blueprint.id),
    name:
      edited(answers.edits.name) ??
      (name === null
        ? null
        : inferred(name, answers.runs?.kind === "workload" ? "workload and use" : "repository and use")),
    purpose: answers.purpose.trim() === "" ? null : typed(answers.purpose.trim()),
    rotation: rotationOf(answers.edits, facts, { credential: rung?.value ?? null, team: where.team?.value ?? null }),
    endsAt: end(answers.edits, facts, {
      environment: environment?.value ?? null,
      credential: rung?.value ?? null,
      exception: exception.value,
      now,
    }),
    retireWhen: conditions(answers, facts, where.team?.value ?? null),
    spec: spec !== null && "ok" in spec ? typed(spec.ok) : null,
  };
}

/** What the GitHub environment tells; it outranks an answer, so that production is not asked for as something less. */
function told({ runs }: Answers): Environment | null {
  if (runs?.kind !== "github" || runs.subject === null || !("environment" in runs.subject)) return null;
  return environmentTold(runs.subject.environment);
}

function environmentOf(answers: Answers): Sourced<Environment> | null {
  const inferredOne = told(answers);
  if (inferredOne !== null) return inferred(inferredOne, "GitHub environment");
  return answers.environment === null ? null : typed(answers.environment);
}

function bindingOf({ runs }: Answers, facts: FormFacts): Sourced<Binding> | null {
  if (runs === null) return null;
  if (runs.kind === "workload")
    return runs.runsOn.trim() === "" ? null : typed({ kind: "workload", runsOn: runs.runsOn.trim() });
  const binding = githubBinding(runs, facts.repositories);
  return binding === null ? null : typed(binding);
}

const charterFields = [
  "name",
  "blueprint",
  "target",
  "environment",
  "purpose",
  "service",
  "team",
  "owner",
  "backup",
  "endsIt",
  "classification",
  "dataDomains",
  "binding",
  "credential",
  "rotation",
  "endsAt",
  "retireWhen",
  "exception",
  "spec",
] as const satisfies readonly (keyof Charter)[];

const isWhole = (filled: Partial<Charter>): filled is Charter =>
  charterFields.every((field) => filled[field] !== undefined);

/** What can be said of single fields while others are still open. */
const early = ({ binding, purpose }: Fields, { facts, now }: ComposeAsk): readonly Refusal[] => [
  ...(binding === null ? [] : whyNotBinding(binding.value, facts.repositories, now)),
  ...(purpose === null ? [] : whyNotPurpose(purpose.value)),
];

/** A sentence at each field that neither an answer nor a default fills; what follows from another gap is not said twice. */
function missing(fields: Fields, facts: FormFacts): readonly Refusal[] {
  const sentences: { readonly [F in keyof Charter]?: string } = {
    ...questions,
    ...(fields.binding === null ? {} : { name: "Give it a name." }),
    ...(fields.credential === null ? {} : { endsAt: "Choose when it ends." }),
    ...placeSentences(fields, facts),
  };
  return charterFields.flatMap((field) => {
    const sentence = fields[field] === null ? sentences[field] : undefined;
    return sentence === undefined ? [] : [{ code: "invalid" as const, field, sentence }];
  });
}

const questions: { readonly [F in keyof Charter]?: string } = {
  binding: "Say what runs it.",
  purpose: "Say why it is needed, in one sentence that a stranger understands.",
  environment: "Choose the environment.",
  spec: "Say what it must do.",
  rotation: "Say how often the credential is replaced.",
  retireWhen: "Say what retires it.",
};

/** A secret needs approved storage before it is made. */
function whyNotStored(charter: Charter, facts: FormFacts): readonly Refusal[] {
  if (!facts.blueprint.stores) return [];
  const slug = (rows: readonly { id: string; slug: string }[], id: string) =>
    rows.find((row) => row.id === id)?.slug ?? "";
  const slot = pickStorage(facts.vaults, {
    ...charter,
    team: slug(facts.teams, charter.team),
    service: slug(facts.services, charter.service),
  });
  if (slot !== null) return [];
  const sentence = `No vault is approved for ${charter.classification} secrets of this team in ${charter.environment}.`;
  return [
    {
      code: "invalid",
      field: "target",
      sentence,
      mend: "An operator adds approved storage to the worker's configuration.",
    },
  ];
}
