import { describe, expect, test } from "vitest";
import type { Charter, GithubBinding } from "#lib/domain/charter.ts";
import type { Decision } from "#lib/domain/decision.ts";
import { type PolicyFactsAsk, policyFacts } from "#lib/domain/policy-facts.ts";
import { policyRefusals } from "#lib/domain/policy-refusals.ts";
import { charter, now, reach } from "./forms.ts";

const rows: PolicyFactsAsk["rows"] = {
  ...{ firstInProduction: true, similar: 2, ownerActive: true, keysEnrolled: false },
  ...{ requesterInTeam: true, ownerInTeam: true, identity: null },
};
const ask: PolicyFactsAsk = {
  ...{ kind: "provision", charter, reach: reach(), requester: "jonas", now, serviceTeam: "payments", rows },
  access: null,
};
const identity = { owner: "jonas", team: "payments", useAnswer: "used" } as const;
const facts = (change: Partial<PolicyFactsAsk> = {}) => policyFacts({ ...ask, ...change });
const of = (change: Partial<Charter>) => facts({ charter: { ...charter, ...change } });

describe("policy is told", () => {
  test("all of it", () => {
    expect(facts()).toEqual({
      ...{ kind: "provision", requester: { id: "jonas", system: false, inTeam: true }, environment: "prod" },
      ...{ classification: "confidential", credential: "federated", blueprint: "pipeline-role", ttlDays: 300 },
      ...{ ownerIsBackup: false, exceptionDays: null, firstInProduction: true, similar: 2, ownerActive: true },
      ...{ keysEnrolled: false, useSeen: false },
      reach: {
        ...{ actions: 3, resources: 1, wildcardActions: 0, wildcardResources: 0, permissionManagement: 0 },
        ...{ escalations: 0, unknown: 0 },
      },
      binding: { federated: true, wildcardSubject: false, verified: true },
      change: { crossTeam: false, byOwner: true, added: 0, takenAway: 0 },
    });
  });
  test("how much it reaches", () => {
    const path = { id: "x", sentence: "", path: [], actions: [], mend: "" };
    const wide = reach({
      ...{ wildcardActions: ["s3:*"], wildcardResources: ["*", "a*"], permissionManagement: ["a", "b", "c"] },
      ...{ escalations: [path], unknown: ["x:y", "x:z"], resources: [] },
    });
    expect(facts({ reach: wide }).reach).toEqual({
      ...{ actions: 3, resources: 0, wildcardActions: 1, wildcardResources: 2, permissionManagement: 3 },
      ...{ escalations: 1, unknown: 2 },
    });
  });
  test("whose team asks: at birth the service's too", () => {
    const inTeam = (change: Partial<PolicyFactsAsk>) => facts(change).requester.inTeam;
    expect([inTeam({ serviceTeam: "data" }), inTeam({ serviceTeam: "data", kind: "renew" })]).toEqual([false, true]);
    expect([inTeam({ requester: null }), inTeam({ rows: { ...rows, requesterInTeam: false } })]).toEqual([
      false,
      false,
    ]);
  });
  test("whether its owner is its backup", () => {
    const same = (backup: Charter["backup"]) => of({ backup }).ownerIsBackup;
    expect([same({ person: "jonas" }), same({ person: "amara" }), same({ team: "jonas" })]).toEqual([
      true,
      false,
      false,
    ]);
  });
  test.each<[Partial<GithubBinding>, boolean]>([
    [{ repository: "acme/*" }, true],
    [{ ownerId: "?" }, true],
    [{ repositoryId: "*" }, true],
    [{ subject: { environment: "prod*" } }, true],
    [{ subject: { branch: "release/?" } }, true],
    [{ subject: { branch: "main" } }, false],
  ])("whether %j is open: %j", (change, wildcardSubject) => {
    const binding = { ...(charter.binding as GithubBinding), ...change, verified: false };
    expect(of({ binding }).binding).toEqual({ federated: true, wildcardSubject, verified: false });
  });
  test("that a workload in words has no token", () => {
    const binding = { kind: "workload", runsOn: "b*" } as const;
    expect(of({ binding }).binding).toEqual({ federated: false, wildcardSubject: false, verified: true });
  });
  test("who changes what of one that exists", () => {
    const change = (more: Partial<PolicyFactsAsk>, row: Partial<PolicyFactsAsk["rows"]> = {}) =>
      facts({ kind: "transfer", ...more, rows: { ...rows, identity, ...row } }).change;
    const none = { crossTeam: false, byOwner: true, added: 0, takenAway: 0 };
    expect(change({ charter: { ...charter, owner: "amara" } })).toEqual(none);
    expect(change({ requester: "amara", charter: { ...charter, owner: "amara" } }).byOwner).toBe(false);
    expect([change({ requester: null }).byOwner, facts({ requester: "amara" }).change.byOwner]).toEqual([false, false]);
    expect(change({ charter: { ...charter, team: "data" } }).crossTeam).toBe(true);
    expect(change({}, { ownerInTeam: false }).crossTeam).toBe(true);
    expect(facts({ rows: { ...rows, ownerInTeam: false } }).change.crossTeam).toBe(false);
    const line = { action: "a", service: "s", level: null, on: [] };
    expect(change({ access: { added: [line, line], takenAway: [line] } })).toEqual({ ...none, added: 2, takenAway: 1 });
  });
  test("whether it was seen in use", () => {
    const seen = (useAnswer: "used" | "not-used" | "no-signal") =>
      facts({ rows: { ...rows, identity: { ...identity, useAnswer } } }).useSeen;
    expect([seen("used"), seen("not-used"), seen("no-signal")]).toEqual([true, false, false]);
  });
});

test("what policy refuses is said rule by rule, and in any case", () => {
  const decision: Decision = {
    ...{ outcome: "refused", bundle: "b", stages: [], assurance: null, passedBy: null },
    reasons: [
      { rule: "a", tone: "asks", sentence: "Asked.", controls: [] },
      { rule: "b", tone: "refuses", sentence: "No.", mend: "Do.", field: "endsAt", controls: ["c"] },
    ],
  };
  expect(policyRefusals(decision)).toEqual([
    ...[{ code: "refused-by-policy", rule: "b", sentence: "No.", mend: "Do.", field: "endsAt", controls: ["c"] }],
  ]);
  expect(policyRefusals({ ...decision, outcome: "asks" })).toBeNull();
  expect(policyRefusals({ ...decision, reasons: [] })).toEqual([
    { code: "refused-by-policy", sentence: "No rule of the active policy allows this." },
  ]);
});
