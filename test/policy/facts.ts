import type { PolicyFacts } from "#lib/domain/decision.ts";

export type Change = Omit<Partial<PolicyFacts>, "reach" | "binding" | "requester" | "change"> & {
  readonly reach?: Partial<PolicyFacts["reach"]>;
  readonly binding?: Partial<PolicyFacts["binding"]>;
  readonly requester?: Partial<PolicyFacts["requester"]>;
  readonly change?: Partial<PolicyFacts["change"]>;
};

const narrow: PolicyFacts = {
  kind: "provision",
  requester: { id: "jonas", system: false, inTeam: true },
  environment: "dev",
  classification: "internal",
  credential: "federated",
  blueprint: "pipeline-role",
  ttlDays: 90,
  ownerIsBackup: false,
  reach: {
    actions: 10,
    resources: 3,
    wildcardActions: 0,
    wildcardResources: 0,
    permissionManagement: 0,
    escalations: 0,
    unknown: 0,
  },
  binding: { federated: true, wildcardSubject: false, verified: true },
  exceptionDays: null,
  firstInProduction: false,
  similar: 3,
  ownerActive: true,
  change: { crossTeam: false, byOwner: true, added: 0, takenAway: 0 },
  useSeen: true,
  keysEnrolled: false,
};

/** A narrow request of one's own team outside production, changed where a case says so. */
export const facts = ({ reach, binding, requester, change, ...rest }: Change = {}): PolicyFacts => ({
  ...narrow,
  ...rest,
  reach: { ...narrow.reach, ...reach },
  binding: { ...narrow.binding, ...binding },
  requester: { ...narrow.requester, ...requester },
  change: { ...narrow.change, ...change },
});
