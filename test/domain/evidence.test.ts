import { describe, expect, test } from "vitest";
import { charterDiff, planDiff } from "#lib/domain/diff.ts";
import { type AnswerFacts, fourAnswers } from "#lib/domain/four-answers.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import type { Plan } from "#lib/domain/plan.ts";
import { policyFacts } from "#lib/domain/policy-facts.ts";
import { compare, type Discrepancy, type Seen, whyStray } from "#lib/domain/reconciliation.ts";
import { pickStorage } from "#lib/domain/storage.ts";
import { charter, days, now, reach } from "./forms.ts";

describe("the four answers", () => {
  const at = (count: number) => new Date(days(count));
  const good: AnswerFacts = {
    charter,
    state: "live",
    owner: { name: "Amara Obi", active: true, acceptedAt: at(-20) },
    endsIt: { name: "Jonas Kern", active: true },
    service: { name: "Ledger", decommissioned: false },
    observedAt: at(-2),
    differences: [],
    endsAt: at(100),
    now,
  };
  const bad = (change: Partial<AnswerFacts>) =>
    Object.entries(fourAnswers({ ...good, ...change })).flatMap(([question, one]) =>
      one.good ? [] : [[question, one.evidence]],
    );
  test("are good, each with its evidence", () => {
    expect(bad({})).toEqual([]);
    expect(Object.values(fourAnswers(good)).map((one) => one.evidence)).toEqual([
      "accepted",
      "for Ledger",
      "read back as planned",
      "Jonas Kern answers for its end",
    ]);
  });
  test.each<[Partial<AnswerFacts>, [string, string]]>([
    [{ owner: { ...good.owner, acceptedAt: null } }, ["who", "never accepted"]],
    [{ owner: { ...good.owner, active: false } }, ["who", "no longer active"]],
    [{ service: { name: "Ledger", decommissioned: true } }, ["why", "Ledger is decommissioned"]],
    [{ charter: { ...charter, purpose: "stuff" } }, ["why", "the purpose says too little"]],
    [{ observedAt: null }, ["reach", "never read back"]],
    [{ observedAt: new Date(at(-2).getTime() - 1) }, ["reach", "not read back lately"]],
    [{ differences: ["trust"] }, ["reach", "read back, it differs in one place"]],
    [{ differences: ["trust", "tags"] }, ["reach", "read back, it differs in 2 places"]],
    [{ endsAt: now }, ["end", "the end has passed"]],
    [{ endsIt: { name: "Lea", active: false } }, ["end", "Lea is no longer active"]],
  ])("case %#", (change, expected) => {
    expect(bad(change)).toEqual([expected]);
  });
  test("an end that passed is no fault of what is already retiring", () => {
    for (const state of ["retiring", "retired", "failed"] as const) expect(bad({ endsAt: now, state })).toEqual([]);
    for (const state of ["suspended", "provisioning"] as const)
      expect(bad({ endsAt: now, state })).toEqual([["end", "the end has passed"]]);
    const endsIt = { name: "Lea", active: false };
    expect(bad({ endsAt: now, state: "retiring", endsIt })).toEqual([["end", "Lea is no longer active"]]);
  });
  test("tell since when, where something shows it", () => {
    const since = (change: Partial<AnswerFacts>) =>
      Object.values(fourAnswers({ ...good, ...change })).map((one) => one.since);
    expect(since({})).toEqual([at(-20), null, at(-2), null]);
    expect(since({ owner: { ...good.owner, active: false }, observedAt: null })).toEqual([null, null, null, null]);
  });
});

describe("reconciliation", () => {
  test("leaves alone what an intent made, and tells a stray from what nobody recorded", () => {
    const kind = (proved: boolean, failed: boolean) => whyStray({ name: "charter-prod-x", proved, failed })?.kind;
    expect([kind(true, false), kind(true, true), kind(false, false), kind(false, true)]).toEqual([
      undefined,
      "orphan",
      "unregistered",
      "unregistered",
    ]);
  });
  const ours: Seen = { state: "ours", enabled: true, differences: [] };
  test.each<[Seen, IdentityState, Discrepancy, number]>([
    [ours, "live", "drifted", 0],
    [{ ...ours, enabled: false }, "live", "drifted", 1],
    [{ ...ours, enabled: false, differences: ["Its trust differs."] }, "live", "drifted", 2],
    [{ ...ours, enabled: false, differences: ["Its trust differs."] }, "suspended", "drifted", 1],
    [{ ...ours, enabled: false }, "suspended", "drifted", 0],
    [{ ...ours, differences: ["Its trust differs."] }, "suspended", "drifted", 2],
    [{ ...ours, enabled: false, differences: ["Its trust differs."] }, "retiring", "drifted", 0],
    [ours, "retiring", "drifted", 1],
    [{ state: "absent" }, "live", "missing", 1],
    [{ state: "not-ours", why: "its id differs" }, "live", "squatter", 1],
  ])("case %#", (seen, state, kind, count) => {
    const found = compare(seen, { objectName: "charter-prod-x", state });
    expect([found.kind, found.differences.length]).toEqual([kind, count]);
  });
  test("makes sentences of a target's words", () => {
    const differences = ["its trust was changed", "Its path is /x/."];
    const found = compare({ ...ours, differences }, { objectName: "charter-prod-x", state: "live" });
    expect(found.differences).toEqual(["Its trust was changed.", "Its path is /x/."]);
  });
});

describe("approved storage", () => {
  const owner = {
    team: "payments",
    environment: "prod",
    classification: "confidential",
    service: "ledger",
    name: "cold",
  };
  const line = {
    team: "*",
    environment: "*",
    classification: "*",
    mount: "secret",
    path: "charter/{team}/{service}/{name}",
  };
  const pick = (...approved: (typeof line)[]) => pickStorage([{ name: "main", approved }], owner);
  test("is the first line that fits, filled in", () => {
    expect(pick({ ...line, environment: "dev" }, line)).toEqual({
      vault: "main",
      mount: "secret",
      path: "charter/payments/ledger/cold",
    });
    expect(pick({ ...line, team: "payments", path: "own/{name}" }, line)?.path).toBe("own/cold");
  });
  test("is of the first vault that has one, each place filled in", () => {
    const vaults = [
      { name: "other", approved: [{ ...line, team: "data" }] },
      { name: "main", approved: [{ ...line, mount: "{team}", path: "{environment}/{name}/{name}.v-1_" }] },
    ];
    expect(pickStorage(vaults, owner)).toEqual({ vault: "main", mount: "payments", path: "prod/cold/cold.v-1_" });
    for (const [key, value] of [
      ["team", "payments"],
      ["environment", "prod"],
      ["classification", "confidential"],
    ] as const) {
      expect(pick({ ...line, [key]: value })).not.toBeNull();
      expect(pick({ ...line, [key]: "other" })).toBeNull();
    }
  });
  test("is never guessed", () => {
    expect(pick()).toBeNull();
    for (const wrong of ["a/.", "../a", "a b", "{name", "a/", "/a", "a/é", "{classification}"]) {
      expect(pick({ ...line, path: wrong })).toBeNull();
      expect(pick({ ...line, mount: wrong })).toBeNull();
    }
    expect(pick({ ...line, path: "a/..b/..." })?.path).toBe("a/..b/...");
    expect(pick({ ...line, classification: "public" })).toBeNull();
    expect(
      pick({ ...line, path: "a/../{name}" }, { ...line, path: "a/{unknown}" }, { ...line, path: "a//b" }),
    ).toBeNull();
    expect(pickStorage([{ name: "main", approved: [line] }], { ...owner, name: "../other" })).toBeNull();
  });
});

describe("differences", () => {
  test("of a charter name the field, leaf by leaf, with names for ids", () => {
    expect(charterDiff(charter, charter)).toEqual([]);
    expect(
      charterDiff(
        charter,
        { ...charter, owner: "amara", spec: { bucket: "other" } },
        { jonas: "Jonas Kern", amara: "Amara Obi" },
      ),
    ).toEqual([
      { field: "owner", label: "Owner", before: "Jonas Kern", after: "Amara Obi" },
      { field: "spec.bucket", label: "What it must do", before: "ledger-cold", after: "other" },
    ]);
  });
  test("of a plan name objects that come, go and change, whatever the order of keys", () => {
    const object = {
      kind: "role",
      title: "Role",
      name: "r1",
      details: [],
      desired: { path: "/", tags: { a: "1", b: "2" } },
    };
    const plan: Plan = {
      v: 1,
      kind: "provision",
      request: "q",
      version: 1,
      identity: "q",
      connector: "cloud",
      target: "t",
      name: "r1",
      entries: { target: "d", vault: null },
      objects: [object],
      storage: null,
      endsAt: days(9),
      change: {},
    };
    const swapped = { ...object, desired: { tags: { b: "2", a: "1" }, path: "/" } };
    expect(planDiff(plan, { ...plan, version: 2, objects: [swapped] })).toEqual([]);
    expect(
      planDiff(plan, { ...plan, objects: [{ ...object, desired: { path: "/x", tags: { a: "1" } } }] }).map((one) => [
        one.field,
        one.before,
        one.after,
      ]),
    ).toEqual([
      ["role r1.path", "/", "/x"],
      ["role r1.tags.b", "2", null],
    ]);
    expect(planDiff(plan, { ...plan, objects: [] }).map((one) => [one.label, one.before, one.after])).toEqual([
      ["Role", "r1", null],
    ]);
  });
});

describe("what policy is told", () => {
  const rows = {
    firstInProduction: false,
    similar: 2,
    ownerActive: true,
    keysEnrolled: false,
    requesterInTeam: true,
    ownerInTeam: true,
    identity: null,
  };
  const ask = {
    kind: "provision",
    charter,
    reach: reach({ unknown: ["x:y"] }),
    requester: "jonas",
    now,
    serviceTeam: "payments",
    rows,
    access: null,
  } as const;
  test("is counted", () => {
    expect(policyFacts(ask)).toMatchObject({
      ttlDays: 300,
      ownerIsBackup: false,
      exceptionDays: null,
      reach: { actions: 3, resources: 1, unknown: 1 },
      binding: { federated: true, verified: true, wildcardSubject: false },
      requester: { inTeam: true, system: false },
    });
  });
  test("nobody speaks for another team's service by naming their own team", () => {
    expect(policyFacts({ ...ask, serviceTeam: "data" }).requester.inTeam).toBe(false);
  });
  test("an exception counts while its end lies ahead", () => {
    const until = (at: string) =>
      policyFacts({ ...ask, charter: { ...charter, exception: { reason: "", endsAt: at, owner: "x" } } }).exceptionDays;
    expect([until(days(0)), until(new Date(now.getTime() + 1).toISOString()), until(days(30))]).toEqual([null, 1, 30]);
  });
  test("a successor outside the team crosses teams", () => {
    const identity = { owner: "jonas", team: "payments", useAnswer: "no-signal" } as const;
    const crosses = (ownerInTeam: boolean) =>
      policyFacts({ ...ask, kind: "transfer", rows: { ...rows, ownerInTeam, identity } }).change.crossTeam;
    expect([crosses(true), crosses(false)]).toEqual([false, true]);
  });
  test("the worker is the system, in no team", () => {
    expect(policyFacts({ ...ask, requester: null }).requester).toEqual({ id: "", system: true, inTeam: false });
  });
});
