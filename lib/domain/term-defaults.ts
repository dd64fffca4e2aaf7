import type { Answers, Edits } from "./answers.ts";
import type { Charter, CredentialModel, DatedException, Environment, RetirementCondition } from "./charter.ts";
import type { FormFacts } from "./form-facts.ts";
import { midnightIn } from "./instant.ts";
import { ladder } from "./ladder.ts";
import { byDefault, edited, inferred, type Sourced, typed } from "./origin.ts";

/** True where the active bundle says that policy fills this field (`@default`). */
const policyFills = (facts: FormFacts, field: keyof Charter): boolean =>
  facts.figures.defaults.some((one) => one.field === field);

/** The rung of the ladder that the blueprint makes, or the best that target and workload allow. */
export function credential(
  { edits, runs }: Answers,
  facts: FormFacts,
  target: string | null,
): Sourced<CredentialModel> | null {
  const offered = facts.targets.find((one) => one.name === target)?.credentials;
  const rung = offered === undefined || runs === null ? null : ladder(facts.blueprint.credential, offered, runs.kind);
  if (edits.credential !== undefined) return typed(edits.credential);
  if (rung === null) return null;
  if (rung.credential === facts.blueprint.credential)
    return byDefault(rung.credential, "blueprint", facts.blueprint.digest);
  return inferred(rung.credential, "best this target allows");
}

/** Null where no credential is stored; else blueprint, team template and policy say how often it is replaced. */
export function rotationOf(
  edits: Edits,
  facts: FormFacts,
  by: { readonly credential: CredentialModel | null; readonly team: string | null },
): Sourced<Charter["rotation"]> | null {
  const { blueprint, figures, bundle } = facts;
  if (edits.rotation !== undefined) return typed(edits.rotation);
  if (!blueprint.stores && by.credential !== "static") return inferred(null, "nothing is stored");
  const riskAnalysis =
    blueprint.defaults.riskAnalysis ??
    facts.teams.find((team) => team.id === by.team)?.defaults.riskAnalysis ??
    `Policy ${bundle.slice(0, 8)}`;
  const days = blueprint.defaults.rotateEveryDays;
  if (days !== null) return byDefault({ everyDays: days, riskAnalysis }, "blueprint", blueprint.digest);
  if (!policyFills(facts, "rotation")) return null;
  return byDefault({ everyDays: figures.rotateEveryDays, riskAnalysis }, "policy", bundle);
}

/** With an exception its end; else what policy sets: midnight UTC, at most the maximum's number of days ahead. */
export function end(
  edits: Edits,
  facts: FormFacts,
  by: {
    readonly environment: Environment | null;
    readonly credential: CredentialModel | null;
    readonly exception: DatedException | null;
    readonly now: Date;
  },
): Sourced<string> | null {
  const { environment, credential: model, exception, now } = by;
  if (edits.endsAt !== undefined) return typed(edits.endsAt);
  if (environment === null || model === null || !policyFills(facts, "endsAt")) return null;
  const days = facts.figures.maxDays(environment, model);
  const latest = midnightIn(days, now);
  if (exception !== null && exception.endsAt < latest) return inferred(exception.endsAt, "end of the exception");
  return byDefault(latest, `policy: ${days} days in ${environment}`, facts.bundle);
}

/** Unused for some days (blueprint, team template, policy), repository archived, service decommissioned, owner gone. */
export function conditions(
  { edits, runs }: Answers,
  facts: FormFacts,
  team: string | null,
): Sourced<readonly RetirementCondition[]> | null {
  const { blueprint, figures, bundle } = facts;
  const own = facts.teams.find((one) => one.id === team);
  const always: readonly RetirementCondition[] = [
    ...(runs?.kind === "github" ? [{ kind: "repository-archived" } as const] : []),
    { kind: "service-decommissioned" },
    { kind: "owner-gone" },
  ];
  const unused = (days: number): readonly RetirementCondition[] => [{ kind: "unused", days }, ...always];
  if (edits.retireWhen !== undefined) return typed(edits.retireWhen);
  if (blueprint.defaults.unusedDays !== null)
    return byDefault(unused(blueprint.defaults.unusedDays), "blueprint", blueprint.digest);
  if (own?.defaults.unusedDays !== undefined)
    return byDefault(unused(own.defaults.unusedDays), "team template", `${own.slug} ${own.version}`);
  return policyFills(facts, "retireWhen")
    ? byDefault(unused(figures.unusedDays), "policy", bundle)
    : inferred(always, "what it belongs to");
}

/** An exception is only ever asked for. */
export const exceptionOf = (edits: Edits): Sourced<DatedException | null> =>
  edited(edits.exception) ?? inferred(null, "none asked for");
