import type { Context, EntityJson, EntityUid } from "@cedar-policy/cedar-wasm/nodejs";
import type { PolicyFacts, PolicyFigures } from "#lib/domain/decision.ts";

/** What Cedar is asked: principal the requester, action the verb, resource the charter with its facts. */
export interface CedarRequest {
  readonly principal: EntityUid;
  readonly action: EntityUid;
  readonly resource: EntityUid;
  readonly context: Context;
  readonly entities: EntityJson[];
}

const one = (type: string, id: string) => ({ __entity: { type, id } });

/** Makes the Cedar request of `schema.cedarschema` from facts; pure. */
export function cedarRequest(facts: PolicyFacts, figures: Omit<PolicyFigures, "defaults">): CedarRequest {
  const principal = facts.requester.system
    ? { type: "System", id: "worker" }
    : { type: "Person", id: facts.requester.id };
  const resource = { type: "Charter", id: "this" };
  const person = { inTeam: facts.requester.inTeam, isOwner: facts.change.byOwner };
  return {
    principal,
    action: { type: "Action", id: verbOf(facts) },
    resource,
    context: {
      crossTeam: facts.change.crossTeam,
      useSeen: facts.useSeen,
      keysEnrolled: facts.keysEnrolled,
      figures: { maxDays: figures.maxDays(facts.environment, facts.credential), narrow: { ...figures.narrow } },
    },
    entities: [
      { uid: principal, attrs: facts.requester.system ? {} : person, parents: [] },
      { uid: resource, attrs: charterAttributes(facts), parents: [] },
    ],
  };
}

/** A change of access that adds nothing is the verb *narrow*. */
const verbOf = ({ kind, change }: PolicyFacts): string =>
  kind === "change-access" && change.added === 0 ? "narrow" : kind;

function charterAttributes(facts: PolicyFacts): EntityJson["attrs"] {
  return {
    environment: one("Environment", facts.environment),
    classification: one("Classification", facts.classification),
    credential: one("Credential", facts.credential),
    blueprint: facts.blueprint,
    ttlDays: facts.ttlDays,
    ownerIsBackup: facts.ownerIsBackup,
    ownerActive: facts.ownerActive,
    reach: { ...facts.reach },
    binding: { ...facts.binding },
    ...(facts.exceptionDays === null ? {} : { exceptionDays: facts.exceptionDays }),
    firstInProduction: facts.firstInProduction,
    similar: facts.similar,
  };
}

/** The figures that a rule's sentence may name in braces. */
export function sayable(
  facts: PolicyFacts,
  figures: Omit<PolicyFigures, "defaults">,
): { readonly [name: string]: string | number } {
  return {
    ...facts.reach,
    wildcards: facts.reach.wildcardActions + facts.reach.wildcardResources,
    managing: facts.reach.permissionManagement + facts.reach.unknown,
    environment: facts.environment,
    credential: facts.credential,
    classification: facts.classification,
    ttlDays: facts.ttlDays,
    maxDays: figures.maxDays(facts.environment, facts.credential),
    exceptionDays: facts.exceptionDays ?? 0,
    similar: facts.similar,
    added: facts.change.added,
    takenAway: facts.change.takenAway,
    narrowActions: figures.narrow.actions,
    narrowResources: figures.narrow.resources,
    narrowDays: figures.narrow.days,
  };
}

/** A place to fill in a sentence: `{figure}`, or `{figure day|days}` for a figure with its noun. */
export const places = /\{(\w+)(?: ([^{}|]+)\|([^{}|]+))?\}/g;

/** Names that sentences may use; a rule that names another is refused with the bundle. */
export const sayableNames: ReadonlySet<string> = new Set([
  "actions",
  "resources",
  "wildcardActions",
  "wildcardResources",
  "wildcards",
  "permissionManagement",
  "managing",
  "escalations",
  "unknown",
  "environment",
  "credential",
  "classification",
  "ttlDays",
  "maxDays",
  "exceptionDays",
  "similar",
  "added",
  "takenAway",
  "narrowActions",
  "narrowResources",
  "narrowDays",
]);
