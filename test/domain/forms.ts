import type { Answers } from "#lib/domain/answers.ts";
import type { Charter } from "#lib/domain/charter.ts";
import type { PolicyFigures } from "#lib/domain/decision.ts";
import type { FormFacts } from "#lib/domain/form-facts.ts";
import type { Reach } from "#lib/domain/reach.ts";

export const now = new Date("2026-11-22T10:00:00.000Z");
export const days = (count: number): string => new Date(now.getTime() + count * 86_400_000).toISOString();

export const figures: PolicyFigures = {
  maxDays: (environment, credential) => (environment === "prod" ? (credential === "static" ? 183 : 396) : 90),
  stageHours: 72,
  acceptanceDays: 7,
  holdDays: 14,
  unusedDays: 90,
  staleDays: (credential) => (credential === "static" ? 30 : 60),
  rotateEveryDays: 60,
  rotationOverlapHours: 24,
  findings: { expiringDays: 30, exceptionDays: 30, muteDays: 90 },
  attestation: null,
  narrow: { actions: 10, resources: 3, days: 90 },
  defaults: ["endsAt", "retireWhen", "rotation"].map((field) => ({ field, rule: "end.within-maximum" })),
};

/** Jonas of Payments in front of the pipeline blueprint; Amara owns the ledger service. */
export const pipelineFacts: FormFacts = {
  requester: { id: "jonas", name: "Jonas Kern", teams: ["payments"] },
  people: [
    { id: "jonas", name: "Jonas Kern", active: true },
    { id: "amara", name: "Amara Obi", active: true },
    { id: "left", name: "Lea Left", active: false },
  ],
  teams: [
    { id: "payments", slug: "payments", name: "Payments", defaults: {}, version: 3 },
    { id: "data", slug: "data-platform", name: "Data Platform", defaults: {}, version: 1 },
  ],
  services: [
    {
      id: "ledger",
      slug: "ledger",
      name: "Ledger",
      team: "payments",
      owner: "amara",
      classification: "confidential",
      targets: { prod: ["payments-cloud"] },
      source: "catalog-info",
      decommissioned: false,
      version: 2,
    },
  ],
  repositories: [
    {
      name: "acme/ledger",
      ownerId: "81",
      repositoryId: "5120",
      service: "ledger",
      environments: ["production", "staging", "Preview"],
      subjectFormat: "immutable",
      archived: false,
    },
  ],
  targets: [
    {
      name: "payments-cloud",
      kind: "cloud",
      title: "Payments",
      environments: ["prod", "staging", "dev"],
      credentials: ["federated", "static"],
    },
    { name: "data-cloud", kind: "cloud", title: "Data", environments: ["prod"], credentials: ["federated", "static"] },
    { name: "orders", kind: "database", title: "Orders", environments: ["prod", "dev"], credentials: ["static"] },
  ],
  vaults: [
    {
      name: "main",
      approved: [
        {
          team: "*",
          environment: "*",
          classification: "*",
          mount: "secret",
          path: "charter/{team}/{environment}/{name}",
        },
      ],
    },
  ],
  blueprint: {
    id: "pipeline-role",
    digest: "b1",
    title: "Role for a pipeline",
    connector: "cloud",
    credential: "federated",
    stores: false,
    questions: [],
    defaults: { rotateEveryDays: null, riskAnalysis: null, unusedDays: null, classification: null },
    guardRails: { environments: ["dev", "staging", "prod"] },
  },
  packs: [],
  figures,
  bundle: "feedc0dedeadbeef",
  names: [],
};

export const pipelineAnswers: Answers = {
  blueprint: "pipeline-role",
  runs: { kind: "github", repository: "acme/ledger", subject: { environment: "production" } },
  need: { pack: "write-bucket", parameters: { bucket: "ledger-cold" } },
  purpose: "Writes a signed snapshot of the ledger to cold storage after each release.",
  environment: null,
  edits: {},
};

export const charter: Charter = {
  name: "ledger-cold",
  blueprint: "pipeline-role",
  target: "payments-cloud",
  environment: "prod",
  purpose: pipelineAnswers.purpose,
  service: "ledger",
  team: "payments",
  owner: "jonas",
  backup: { person: "amara" },
  endsIt: "jonas",
  classification: "confidential",
  dataDomains: [],
  binding: {
    kind: "github",
    repository: "acme/ledger",
    ownerId: "81",
    repositoryId: "5120",
    subject: { environment: "production" },
    formats: ["immutable"],
    verified: true,
  },
  credential: "federated",
  rotation: null,
  endsAt: days(300),
  retireWhen: [{ kind: "unused", days: 90 }, { kind: "owner-gone" }],
  exception: null,
  spec: { bucket: "ledger-cold" },
};

export const reach = (change: Partial<Reach> = {}): Reach => ({
  services: [],
  actions: 3,
  resources: ["bucket/ledger-cold"],
  wildcardActions: [],
  wildcardResources: [],
  permissionManagement: [],
  escalations: [],
  unknown: [],
  phrase: "Write to 1 bucket",
  ...change,
});

/** A service held at the given levels, one action each. */
export const service = (
  name: string,
  ...held: readonly ("list" | "read" | "write" | "permissions" | "tagging")[]
): Reach["services"][number] => ({
  service: name,
  title: name.toUpperCase(),
  levels: {
    list: [],
    read: [],
    write: [],
    permissions: [],
    tagging: [],
    ...Object.fromEntries(held.map((level) => [level, [`${name}:${level}`]])),
  },
});
