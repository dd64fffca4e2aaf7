import type { JsonObject } from "./json.ts";

export const environments = ["dev", "staging", "prod"] as const;
export type Environment = (typeof environments)[number];

/** Best first: the ladder. */
export const credentialModels = ["platform-native", "federated", "short-lived", "dynamic", "static"] as const;
export type CredentialModel = (typeof credentialModels)[number];

export const classifications = ["public", "internal", "confidential", "restricted"] as const;
export type Classification = (typeof classifications)[number];

/** Kinds of request that exist. A kind is added here only together with its flow. */
export const requestKinds = [
  "provision",
  "change-access",
  "renew",
  "transfer",
  "suspend",
  "resume",
  "rotate",
  "retire",
] as const;
export type RequestKind = (typeof requestKinds)[number];

/** What may use a federated identity: a GitHub repository's environment or branch, by name and by immutable ids. */
export interface GithubBinding {
  readonly kind: "github";
  /** `owner/name`, as GitHub spells it. */
  readonly repository: string;
  readonly ownerId: string;
  readonly repositoryId: string;
  readonly subject: { readonly environment: string } | { readonly branch: string };
  /** Which `sub` formats the trust accepts; both only with an end date. Source: GitHub changelog 2026-04-23. */
  readonly formats: readonly SubjectFormat[];
  /** When the older format stops being trusted; ISO instant. Present exactly when both formats are. */
  readonly formatsUntil?: string;
  /** True when the ids come from the directory or GitHub itself, false when a person typed them. */
  readonly verified: boolean;
}
export const subjectFormats = ["immutable", "names"] as const;
export type SubjectFormat = (typeof subjectFormats)[number];

/** What uses an identity that holds a credential: where it runs, in words (host, job, cluster). */
export interface WorkloadBinding {
  readonly kind: "workload";
  readonly runsOn: string;
}
export type Binding = GithubBinding | WorkloadBinding;

/** What retires an identity before its end. */
export type RetirementCondition =
  | { readonly kind: "unused"; readonly days: number }
  | { readonly kind: "repository-archived" }
  | { readonly kind: "service-decommissioned" }
  | { readonly kind: "owner-gone" };

/** A dated exception to policy; in force only while its end lies ahead. */
export interface DatedException {
  readonly reason: string;
  /** ISO instant. */
  readonly endsAt: string;
  /** Person who answers for it. */
  readonly owner: string;
}

export type Backup = { readonly person: string } | { readonly team: string };

/**
 * The record of why an identity may exist; sealed as canonical JSON when submitted. People, teams and services are ids
 * of rows; instants are ISO 8601 in UTC.
 */
export interface Charter {
  /** Slug: lower case letters, digits, single hyphens, 2–40 characters. */
  readonly name: string;
  readonly blueprint: string;
  readonly target: string;
  readonly environment: Environment;
  /** One sentence that a stranger understands; 15–500 characters. Never defaulted. */
  readonly purpose: string;
  /** Id of the business service. */
  readonly service: string;
  /** Id of the team that owns it. */
  readonly team: string;
  readonly owner: string;
  readonly backup: Backup;
  readonly endsIt: string;
  readonly classification: Classification;
  readonly dataDomains: readonly string[];
  readonly binding: Binding;
  readonly credential: CredentialModel;
  /** Null for credentials that are never stored. `riskAnalysis` is a reference (PCI DSS 8.6.3, 12.3.1). */
  readonly rotation: { readonly everyDays: number; readonly riskAnalysis: string } | null;
  readonly endsAt: string;
  readonly retireWhen: readonly RetirementCondition[];
  readonly exception: DatedException | null;
  /** What the target type needs beyond the charter; parsed by its connector's `spec`. */
  readonly spec: JsonObject;
}

/** How a charter field came to its value; sealed beside the charter, shown to approver and owner. */
export type Origin =
  | { readonly how: "typed" }
  | { readonly how: "inferred"; readonly from: string }
  | { readonly how: "default"; readonly of: string; readonly version: string };
export type Origins = { readonly [field: string]: Origin };
