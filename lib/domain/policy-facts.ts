import type { AccessChange } from "./access.ts";
import type { Charter, RequestKind } from "./charter.ts";
import type { PolicyFacts } from "./decision.ts";
import { daysUntil } from "./instant.ts";
import type { UseAnswer } from "./last-use.ts";
import type { Reach } from "./reach.ts";

export interface PolicyFactsAsk {
  readonly kind: RequestKind;
  /** The charter as it would stand afterwards. */
  readonly charter: Charter;
  readonly reach: Reach;
  /** Null for a request that the worker raises. */
  readonly requester: string | null;
  readonly now: Date;
  /** Team of the business service's record. */
  readonly serviceTeam: string;
  /** What the database counts: `db/read/policy-facts.ts`. */
  readonly rows: {
    readonly firstInProduction: boolean;
    readonly similar: number;
    readonly ownerActive: boolean;
    readonly keysEnrolled: boolean;
    readonly requesterInTeam: boolean;
    /** The owner of `charter` (of a transfer: the successor) is a member of its team. */
    readonly ownerInTeam: boolean;
    /** The identity concerned as it stands; null for `provision`. */
    readonly identity: { readonly owner: string; readonly team: string; readonly useAnswer: UseAnswer } | null;
  };
  /** What a change of access differs in; null for every other kind. */
  readonly access: AccessChange | null;
}

/**
 * What policy is told of one request. `inTeam` at birth also means that the business service is that team's: nobody speaks
 * for another team's service by naming their own team. Counted from the charter, its reach and the database; used by both processes.
 */
export function policyFacts(ask: PolicyFactsAsk): PolicyFacts {
  const { kind, charter, reach, requester, now, serviceTeam, rows, access } = ask;
  const { exception, backup } = charter;
  const ownService = kind !== "provision" || serviceTeam === charter.team;
  const left = exception === null ? 0 : daysUntil(exception.endsAt, now);
  return {
    kind,
    requester: {
      id: requester ?? "",
      system: requester === null,
      inTeam: requester !== null && rows.requesterInTeam && ownService,
    },
    environment: charter.environment,
    classification: charter.classification,
    credential: charter.credential,
    blueprint: charter.blueprint,
    ttlDays: daysUntil(charter.endsAt, now),
    ownerIsBackup: "person" in backup && backup.person === charter.owner,
    reach: counted(reach),
    binding: boundTo(charter),
    exceptionDays: left > 0 ? left : null,
    firstInProduction: rows.firstInProduction,
    similar: rows.similar,
    ownerActive: rows.ownerActive,
    keysEnrolled: rows.keysEnrolled,
    change: {
      crossTeam: rows.identity !== null && (rows.identity.team !== charter.team || !rows.ownerInTeam),
      byOwner: requester !== null && requester === (rows.identity?.owner ?? charter.owner),
      added: access?.added.length ?? 0,
      takenAway: access?.takenAway.length ?? 0,
    },
    useSeen: rows.identity?.useAnswer === "used",
  };
}

const counted = (reach: Reach): PolicyFacts["reach"] => ({
  actions: reach.actions,
  resources: reach.resources.length,
  wildcardActions: reach.wildcardActions.length,
  wildcardResources: reach.wildcardResources.length,
  permissionManagement: reach.permissionManagement.length,
  escalations: reach.escalations.length,
  unknown: reach.unknown.length,
});

function boundTo({ binding }: Charter): PolicyFacts["binding"] {
  if (binding.kind === "workload") return { federated: false, wildcardSubject: false, verified: true };
  const name = "environment" in binding.subject ? binding.subject.environment : binding.subject.branch;
  const parts = [binding.repository, binding.ownerId, binding.repositoryId, name];
  return { federated: true, wildcardSubject: parts.some((part) => /[*?]/.test(part)), verified: binding.verified };
}
