import type {
  Backup,
  Binding,
  CredentialModel,
  Origin,
  RequestKind,
  RetirementCondition,
} from "#lib/domain/charter.ts";

/** What a request does, as a title's remark. */
export const kindWords: { readonly [K in RequestKind]: string } = {
  provision: "New identity",
  "change-access": "Change of access",
  renew: "Renewal",
  transfer: "Transfer",
  suspend: "Suspension",
  resume: "Resumption",
  rotate: "Rotation",
  retire: "Retirement",
};

/** What the worker does for it. */
export const doingWords: { readonly [K in RequestKind]: string } = {
  provision: "Provisioning",
  "change-access": "Changing its access",
  renew: "Renewing",
  transfer: "Handing over",
  suspend: "Suspending",
  resume: "Resuming",
  rotate: "Replacing its credential",
  retire: "Retiring",
};

/** What the identity is once the worker has done it. */
export const doneWords: { readonly [K in RequestKind]: string } = {
  provision: "Live",
  "change-access": "Access changed",
  renew: "Renewed",
  transfer: "Handed over",
  suspend: "Suspended",
  resume: "Live again",
  rotate: "Credential replaced",
  retire: "Removed",
};

/** Heading of the objects that it is about. */
export const objectWords: { readonly [K in RequestKind]: string } = {
  provision: "What will be created",
  "change-access": "What it will be",
  renew: "What is renewed",
  transfer: "What is handed over",
  suspend: "What is disabled",
  resume: "What is enabled again",
  rotate: "Whose credential is replaced",
  retire: "What will be removed",
};

export const credentialWords: { readonly [C in CredentialModel]: string } = {
  "platform-native": "Platform-native, nothing to rotate",
  federated: "Federated, nothing to rotate",
  "short-lived": "Short-lived",
  dynamic: "Dynamic, made per lease",
  static: "Static, vaulted and rotated",
};

/** A retirement condition in a few words. */
export function conditionWords(condition: RetirementCondition): string {
  if (condition.kind === "unused") return `unused ${condition.days} days`;
  return {
    "repository-archived": "repository archived",
    "service-decommissioned": "service decommissioned",
    "owner-gone": "owner gone",
  }[condition.kind];
}

/** How a field came to its value: "you typed it", "Payments · team template". */
export function originWords(origin: Origin | undefined): string {
  if (origin === undefined) return "";
  if (origin.how === "typed") return "typed";
  return origin.how === "inferred" ? origin.from : origin.of;
}

export const bindingWords = (binding: Binding): string =>
  binding.kind === "workload"
    ? binding.runsOn
    : `${binding.repository} · ${"environment" in binding.subject ? `environment ${binding.subject.environment}` : `branch ${binding.subject.branch}`}`;

export const backupId = (backup: Backup): string => ("person" in backup ? backup.person : backup.team);
