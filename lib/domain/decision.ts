import type { AttestationFigures } from "./attestation.ts";
import type { Classification, CredentialModel, Environment, RequestKind } from "./charter.ts";
import type { Assurance } from "./signature.ts";

/** What policy is told of a request. Every figure is counted from the charter, the plan's reach or the database. */
export interface PolicyFacts {
  readonly kind: RequestKind;
  readonly requester: { readonly id: string; readonly system: boolean; readonly inTeam: boolean };
  readonly environment: Environment;
  readonly classification: Classification;
  readonly credential: CredentialModel;
  readonly blueprint: string;
  /** Whole days from now to the end, rounded up. */
  readonly ttlDays: number;
  readonly ownerIsBackup: boolean;
  readonly reach: {
    readonly actions: number;
    readonly resources: number;
    readonly wildcardActions: number;
    readonly wildcardResources: number;
    readonly permissionManagement: number;
    readonly escalations: number;
    readonly unknown: number;
  };
  readonly binding: { readonly federated: boolean; readonly wildcardSubject: boolean; readonly verified: boolean };
  /** Whole days to the end of a dated exception that lies ahead; null when there is none in force. */
  readonly exceptionDays: number | null;
  /** First live production identity of its business service. */
  readonly firstInProduction: boolean;
  readonly similar: number;
  readonly ownerActive: boolean;
  /** Two people have had a usable key; a key that was revoked since still counts, so that nothing lowers it. */
  readonly keysEnrolled: boolean;
  /** Kind-specific: a transfer across teams; how many permissions a change of access adds and takes away. */
  readonly change: {
    readonly crossTeam: boolean;
    readonly byOwner: boolean;
    readonly added: number;
    readonly takenAway: number;
  };
  /** Its target has told of a use of the identity concerned. */
  readonly useSeen: boolean;
}

/** One rule that spoke, in a sentence. `asks` = a permit whose obligation asks people; `passes` = a permit without one. */
export interface Reason {
  readonly rule: string;
  readonly tone: "passes" | "asks" | "refuses";
  readonly sentence: string;
  /** What would satisfy a refusing rule. */
  readonly mend?: string;
  /** Charter field it concerns. */
  readonly field?: string;
  readonly controls: readonly string[];
}

/** One round of approval: `count` distinct people who hold `role`. */
export interface Stage {
  readonly role: string;
  readonly count: number;
  readonly sentence: string;
}

/** Policy's answer, stored verbatim. */
export interface Decision {
  readonly outcome: "refused" | "asks" | "passes";
  /** Digest of the bundle that decided. */
  readonly bundle: string;
  readonly reasons: readonly Reason[];
  readonly stages: readonly Stage[];
  /** What is asked of whoever decides, accepts and submits, beyond a session; null for nothing. */
  readonly assurance: Assurance | null;
  /** Rule that let it pass by itself; its activators are the approvers of record. Null unless `passes`. */
  readonly passedBy: string | null;
}

/** Figures that policy sets, read from the bundle's `@`-annotations (policy data, not code). */
export interface PolicyFigures {
  readonly maxDays: (environment: Environment, credential: CredentialModel) => number;
  readonly stageHours: number;
  readonly acceptanceDays: number;
  readonly holdDays: number;
  /** Retires when unused for this many days, where nothing nearer says so. */
  readonly unusedDays: number;
  /** Days without use from which an identity counts as stale. */
  readonly staleDays: (credential: CredentialModel) => number;
  /** How often a stored credential is replaced, where nothing nearer says so. */
  readonly rotateEveryDays: number;
  /** How long a credential that was replaced is kept beside its successor. */
  readonly rotationOverlapHours: number;
  /** How often owners are asked whether an identity is still needed; null in a bundle that does not ask. */
  readonly attestation: AttestationFigures | null;
  /** Days before its end from which an identity, and its exception, count as ending soon; longest mute of a finding. */
  readonly findings: { readonly expiringDays: number; readonly exceptionDays: number; readonly muteDays: number };
  /** What *narrow* means: at most this much reach and life. */
  readonly narrow: { readonly actions: number; readonly resources: number; readonly days: number };
  /** Charter fields that policy fills when left open (`@default`), and the rule that says so. */
  readonly defaults: readonly { readonly field: string; readonly rule: string }[];
}
