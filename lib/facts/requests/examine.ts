import { type BundleRow, readActiveBundle, readCharterFacts, readPlanningFacts } from "#db/read/planning-facts.ts";
import { readPolicyFacts } from "#db/read/policy-facts.ts";
import { readFoundingIntent } from "#db/store/intents.ts";
import type { RequestRow, VersionRow } from "#db/store/requests.ts";
import { blueprintSchema } from "#lib/connectors/blueprint.ts";
import { type Born, buildPlan, type Planned } from "#lib/connectors/planning.ts";
import { fieldsOf } from "#lib/domain/change.ts";
import type { Charter } from "#lib/domain/charter.ts";
import type { Decision, PolicyFacts } from "#lib/domain/decision.ts";
import { policyFacts } from "#lib/domain/policy-facts.ts";
import { asRefusals, type Outcome, ok, type Refusal, refuse } from "#lib/domain/refusal.ts";
import { type CharterFacts, validateCharter } from "#lib/domain/validate-charter.ts";
import { decide } from "#lib/policy/engine.ts";
import type { Work } from "../run.ts";

/** Names of this installation, from the worker's own configuration. */
export interface Installation {
  readonly installation: string;
  readonly portal: string;
}

export interface Examine {
  readonly request: RequestRow;
  readonly version: VersionRow;
  readonly charter: Charter;
  readonly installation: Installation;
}

export interface Examined extends Planned {
  readonly bundle: BundleRow;
  readonly facts: PolicyFacts;
  readonly decision: Decision;
  /** Whether the blueprint is still offered; later requests on an identity do not need it to be. */
  readonly born: Born | null;
}

/**
 * Looks at one sealed version as the worker sees it now: validates the charter, draws the plan from its own rows and asks
 * the bundle in force. Refuses, at their fields, what may not be whatever policy says.
 */
export async function examine(work: Work, ask: Examine): Promise<Outcome<Examined>> {
  const { charter, request } = ask;
  const known = await charterFacts(work, charter);
  const invalid = asRefusals(whyNotCharter(work, ask, known));
  if (invalid !== null) return { refusals: invalid };
  const bundle = await readActiveBundle(work.tx);
  if (bundle === null) return refuse({ code: "conflict", sentence: "No policy is active, so nothing can be decided." });
  const founding = request.identity === null ? null : await readFoundingIntent(work.tx, request.identity);
  const born = founding === null ? null : { name: founding.plan.name, storage: founding.plan.storage };
  const planned = await plan(work, ask, born);
  if ("refusals" in planned) return planned;
  const identity = request.identity ?? request.id;
  const rows = await readPolicyFacts(work.tx, { ...charter, identity, requester: request.requester });
  const { kind, requester } = request;
  const facts = policyFacts({
    kind,
    charter,
    reach: planned.ok.reach,
    requester,
    now: work.now,
    serviceTeam: known.services[0]?.team ?? "",
    rows,
  });
  return ok({ ...planned.ok, bundle, facts, decision: decide(bundle, facts), born });
}

function charterFacts(work: Work, { owner, endsIt, backup, exception, team, service, binding }: Charter) {
  return readCharterFacts(work.tx, {
    people: [
      owner,
      endsIt,
      ...("person" in backup ? [backup.person] : []),
      ...(exception === null ? [] : [exception.owner]),
    ],
    teams: [team, ...("team" in backup ? [backup.team] : [])],
    service,
    repository: binding.kind === "github" ? binding.repository : null,
  });
}

function whyNotCharter(work: Work, { request, charter }: Examine, facts: CharterFacts): readonly Refusal[] {
  const about = fieldsOf(request.kind);
  const refusals = validateCharter(charter, facts, work.now);
  return about === null ? refusals : refusals.filter(({ field }) => field !== undefined && about.includes(field));
}

async function plan(work: Work, ask: Examine, born: Born | null): Promise<Outcome<Planned>> {
  const { charter, request, version, installation } = ask;
  const rows = await readPlanningFacts(work.tx, charter);
  const blueprint = rows.blueprint === null ? null : blueprintSchema.parse(rows.blueprint.content);
  const offered = rows.blueprint?.configured === true || request.kind !== "provision";
  if (blueprint === null || !offered) {
    return refuse({
      code: "invalid",
      field: "blueprint",
      sentence: "This blueprint is no longer offered.",
      mend: "Choose another.",
    });
  }
  if (rows.target === null || rows.labels === null) {
    return refuse({
      code: "invalid",
      field: "target",
      sentence: "This target is not configured.",
      mend: "Choose a target.",
    });
  }
  const identity = request.identity ?? request.id;
  return buildPlan({
    kind: request.kind,
    request: request.id,
    version: version.version,
    charter,
    change: version.change,
    target: rows.target,
    vaults: rows.vaults,
    stores: blueprint.stores,
    labels: { ...rows.labels, ...installation, identity },
    born,
  });
}
