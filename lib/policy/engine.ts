import { statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import type { Role } from "#lib/domain/actor.ts";
import type { Decision, PolicyFacts, PolicyFigures, Reason, Stage } from "#lib/domain/decision.ts";
import { type CedarRequest, cedarRequest, places, sayable } from "./facts.ts";
import { type Bundle, PolicyFault, type Prepared, prepare } from "./prepare.ts";
import type { Rule } from "./rules.ts";

export type { Bundle };

/**
 * Asks the bundle about one request; the same answer for the same two inputs. Cedar names only the rules that determine,
 * so where it refuses the permits are asked once more alone: refusals and approvers are shown together. The obligations of every
 * satisfied permit apply, the largest count per role wins; no satisfied permit refuses. A permit that asks for assurance and for
 * nobody only adds to others: by itself it permits nothing. Throws `PolicyFault` when the
 * bundle is broken or a rule cannot be evaluated: policy fails closed.
 */
export function decide(bundle: Bundle, facts: PolicyFacts): Decision {
  const prepared = prepare(bundle);
  const request = cedarRequest(facts, prepared.figures);
  const determining = satisfied(prepared, prepared.all, request);
  const forbids = determining.filter((rule) => rule.effect === "forbid");
  const permits = forbids.length === 0 ? determining : satisfied(prepared, prepared.permits, request);
  const values = sayable(facts, prepared.figures);
  const reasons = [...forbids, ...permits].map((rule) => reasonOf(rule, values));
  const stages = stagesOf(permits);
  const asked = {
    bundle: bundle.digest,
    stages,
    assurance: permits.some((rule) => rule.assurance === "passkey") ? ("passkey" as const) : null,
  };
  if (forbids.length > 0) return { ...asked, outcome: "refused", reasons, passedBy: null };
  const first = permits.find((rule) => rule.assurance === null || rule.approvals.length > 0);
  if (first === undefined)
    return { ...asked, outcome: "refused", reasons: [nothingAllows], stages: [], passedBy: null };
  const passes = stages.length === 0;
  return { ...asked, outcome: passes ? "passes" : "asks", reasons, passedBy: passes ? first.id : null };
}

/** The figures that the bundle sets. Throws `PolicyFault` on a broken bundle. */
export const figuresOf = (bundle: Bundle): PolicyFigures => prepare(bundle).figures;

/** The bundle's rules in reading order, for people. Throws `PolicyFault` on a broken bundle. */
export const rulesOf = (bundle: Bundle): readonly Rule[] => [...prepare(bundle).rules.values()];

const nothingAllows: Reason = {
  rule: "nothing-allows",
  tone: "refuses",
  sentence: "No rule of the active policy allows this.",
  mend: "Ask security which rule should cover it.",
  controls: [],
};

function satisfied(prepared: Prepared, set: string, request: CedarRequest): readonly Rule[] {
  const answer = statefulIsAuthorized({ ...request, preparsedPolicySetId: set });
  if (answer.type === "failure") throw new PolicyFault(answer.errors.map((error) => error.message));
  const { errors, reason } = answer.response.diagnostics;
  if (errors.length > 0)
    throw new PolicyFault(errors.map(({ policyId, error }) => `Rule ${policyId}: ${error.message}`));
  return [...prepared.rules.values()].filter((rule) => reason.includes(rule.id));
}

function reasonOf(rule: Rule, values: { readonly [name: string]: string | number }): Reason {
  const say = (text: string) =>
    text.replace(places, (place, ...[name = "", one, more]: readonly (string | undefined)[]) => {
      const value = values[name] ?? place;
      return one === undefined ? String(value) : `${value} ${value === 1 ? one : more}`;
    });
  const asks = rule.approvals.length > 0 || rule.assurance !== null;
  const tone = rule.effect === "forbid" ? "refuses" : asks ? "asks" : "passes";
  return {
    rule: rule.id,
    tone,
    sentence: say(rule.reason),
    ...(rule.mend === null ? {} : { mend: say(rule.mend) }),
    ...(rule.field === null ? {} : { field: rule.field }),
    controls: rule.controls,
  };
}

const inWords = ["No", "One", "Two", "Three", "Four", "Five"];

/** One stage per role, with the largest count that any satisfied permit asks for. */
function stagesOf(permits: readonly Rule[]): readonly Stage[] {
  const counts = new Map<Role, number>();
  for (const { role, count } of permits.flatMap((rule) => rule.approvals))
    counts.set(role, Math.max(count, counts.get(role) ?? 0));
  return [...counts].map(([role, count]) => ({
    role,
    count,
    sentence: `${inWords[count] ?? count} of ${role} will be asked.`,
  }));
}
