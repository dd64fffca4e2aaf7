import { type BundleRow, readActiveBundle, readCharterFacts, readPlanningFacts } from "#db/read/planning-facts.ts";
import { readPolicyFacts } from "#db/read/policy-facts.ts";
import { readHeldCredentials } from "#db/store/identities.ts";
import { readFoundingIntent, readPresentPlan } from "#db/store/intents.ts";
import type { Planned } from "#lib/connectors/planning.ts";
import { fieldsOf } from "#lib/domain/change.ts";
import type { Charter, RequestKind } from "#lib/domain/charter.ts";
import type { Decision, PolicyFacts } from "#lib/domain/decision.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { mayRotate } from "#lib/domain/ownership.ts";
import { policyFacts } from "#lib/domain/policy-facts.ts";
import { asRefusals, type Outcome, ok, type Refusal, refuse } from "#lib/domain/refusal.ts";
import { type CharterFacts, validateCharter } from "#lib/domain/validate-charter.ts";
import { decide, figuresOf } from "#lib/policy/engine.ts";
import { drawPlan, type Examine, type Reading } from "./draw-plan.ts";

export interface Examined extends Planned {
  readonly bundle: BundleRow;
  readonly facts: PolicyFacts;
  readonly decision: Decision;
}

/**
 * Judges one version as the database stands: validates the charter, draws the plan and asks the bundle in force. The web
 * judges so that people get their sentence at once; the worker judges again, and its word counts. Refuses, at their
 * fields, what may not be whatever policy says.
 */
export async function examine(reading: Reading, ask: Examine): Promise<Outcome<Examined>> {
  const { charter, request } = ask;
  const [known, bundle] = await Promise.all([charterFacts(reading, charter), readActiveBundle(reading.tx)]);
  const invalid = asRefusals(whyNotCharter(reading, ask, known));
  if (invalid !== null) return { refusals: invalid };
  if (bundle === null) return refuse({ code: "conflict", sentence: "No policy is active, so nothing can be decided." });
  const { rows, places, born, held, present } = await readStanding(reading, ask);
  const decided = decidedHere(request.kind, { bundle, state: rows.identity?.state, held });
  if ("refusals" in decided) return decided;
  const planned = await drawPlan(ask, places, {
    ...{ born, held: held.map(({ externalId }) => externalId), present },
    change: { ...ask.version.change, ...decided.ok },
  });
  if ("refusals" in planned) return planned;
  const { kind, requester } = request;
  const facts = policyFacts({
    kind,
    charter,
    reach: planned.ok.reach,
    requester,
    now: reading.now,
    serviceTeam: known.services[0]?.team ?? "",
    rows,
    access: planned.ok.access,
  });
  return ok({ ...planned.ok, bundle, facts, decision: decide(bundle, facts) });
}

/** What a plan and policy read of a charter that is valid, sent at once. */
async function readStanding({ tx }: Reading, { request, charter }: Examine) {
  const { identity } = request;
  const id = identity ?? request.id;
  const [rows, places, founding, held, present] = await Promise.all([
    readPolicyFacts(tx, { ...charter, identity: id, requester: request.requester }),
    readPlanningFacts(tx, charter),
    identity === null ? null : readFoundingIntent(tx, identity),
    identity === null ? [] : readHeldCredentials(tx, identity),
    request.kind === "change-access" ? readPresentPlan(tx, id) : null,
  ]);
  const born = founding === null ? null : { name: founding.plan.name, storage: founding.plan.storage };
  return { rows, places, born, held, present: present?.plan.objects ?? null };
}

interface Standing {
  readonly bundle: BundleRow;
  readonly state: IdentityState | undefined;
  readonly held: Awaited<ReturnType<typeof readHeldCredentials>>;
}

/** What a plan says of its change that is not the requester's to say: policy's figures, and where the identity stands. */
function decidedHere(kind: RequestKind, { bundle, state, held }: Standing): Outcome<JsonObject> {
  const figures = figuresOf(bundle);
  if (kind === "retire") return ok({ holdDays: figures.holdDays });
  if (kind === "renew") return ok(state === "suspended" ? { staysSuspended: true } : {});
  if (kind !== "rotate") return ok({});
  const may = mayRotate(held);
  const replaces = held.map(({ externalId }) => externalId);
  return "refusals" in may ? may : ok({ overlapHours: figures.rotationOverlapHours, replaces });
}

function charterFacts(reading: Reading, { owner, endsIt, backup, exception, team, service, binding }: Charter) {
  return readCharterFacts(reading.tx, {
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

function whyNotCharter(reading: Reading, { request, charter }: Examine, facts: CharterFacts): readonly Refusal[] {
  const about = fieldsOf(request.kind);
  const refusals = validateCharter(charter, facts, reading.now);
  return about === null ? refusals : refusals.filter(({ field }) => field !== undefined && about.includes(field));
}
