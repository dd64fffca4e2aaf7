import { describe, expect, test } from "vitest";
import type { Answers, Edits } from "#lib/domain/answers.ts";
import type { FormFacts, TeamDefaults } from "#lib/domain/form-facts.ts";
import { typed } from "#lib/domain/origin.ts";
import { conditions, credential, end, exceptionOf, rotationOf } from "#lib/domain/term-defaults.ts";
import { days, figures, now, pipelineAnswers, pipelineFacts } from "./forms.ts";

const { blueprint } = pipelineFacts;
const of = (change: Partial<FormFacts["blueprint"]>, defaults: Partial<FormFacts["blueprint"]["defaults"]> = {}) => ({
  ...pipelineFacts,
  blueprint: { ...blueprint, ...change, defaults: { ...blueprint.defaults, ...defaults } },
});
const team = (facts: FormFacts, defaults: TeamDefaults): FormFacts => ({
  ...facts,
  teams: facts.teams.map((one) => (one.id === "payments" ? { ...one, defaults } : one)),
});
const unfilled = (facts: FormFacts): FormFacts => ({ ...facts, figures: { ...figures, defaults: [] } });
const inferred = <T>(value: T, from: string) => ({ value, origin: { how: "inferred", from } });
const byDefault = <T>(value: T, by: string, version: string) => ({
  value,
  origin: { how: "default", of: by, version },
});

describe("the credential", () => {
  const made = (facts: FormFacts, target: string | null = "payments-cloud", answers: Partial<Answers> = {}) =>
    credential({ ...pipelineAnswers, ...answers }, facts, target);
  test("is the blueprint's where target and workload allow it, else the best", () => {
    expect(made(pipelineFacts)).toEqual(byDefault("federated", "blueprint", "b1"));
    expect(made(of({ credential: "dynamic" }))).toEqual(inferred("federated", "best this target allows"));
    expect(made(pipelineFacts, "orders")).toEqual(inferred("static", "best this target allows"));
  });
  test("is open without a target, a workload or a rung; what was typed stands", () => {
    expect([made(pipelineFacts, null), made(pipelineFacts, "other")]).toEqual([null, null]);
    expect(made(pipelineFacts, "payments-cloud", { runs: null })).toBeNull();
    const targets = pipelineFacts.targets.map((one) => ({ ...one, credentials: [] }));
    expect(made({ ...pipelineFacts, targets })).toBeNull();
    expect(made(pipelineFacts, null, { edits: { credential: "dynamic" } })).toEqual(typed("dynamic"));
  });
});

describe("the rotation", () => {
  const by = { credential: "static", team: "payments" } as const;
  const stored = of({ stores: true });
  const said = (facts: FormFacts, more: { edits?: Edits; credential?: "static" | "federated" } = {}) =>
    rotationOf(more.edits ?? {}, facts, { ...by, credential: more.credential ?? "static" });
  test("is none where nothing is stored", () => {
    expect(said(pipelineFacts, { credential: "federated" })).toEqual(inferred(null, "nothing is stored"));
    expect(said(stored, { credential: "federated" })?.value).not.toBeNull();
    expect(said(pipelineFacts)?.value).not.toBeNull();
    expect(said(pipelineFacts, { edits: { rotation: null } })).toEqual(typed(null));
  });
  test("is the blueprint's, else policy's where it fills it", () => {
    const rule = { everyDays: 60, riskAnalysis: "Policy feedc0de" };
    expect(said(stored)).toEqual(byDefault(rule, "policy", "feedc0dedeadbeef"));
    expect(said(unfilled(stored))).toBeNull();
    const other = { ...figures, defaults: [{ field: "endsAt", rule: "r" }] };
    expect(said({ ...stored, figures: other })).toBeNull();
    const own = of({ stores: true }, { rotateEveryDays: 30 });
    expect(said(unfilled(own))).toEqual(byDefault({ ...rule, everyDays: 30 }, "blueprint", "b1"));
  });
  test("names the risk analysis of blueprint, team or policy", () => {
    const analysis = (facts: FormFacts) => said(facts)?.value?.riskAnalysis;
    const own = of({ stores: true }, { riskAnalysis: "RA-1" });
    expect(analysis(team(own, { riskAnalysis: "RA-2" }))).toBe("RA-1");
    expect(analysis(team(stored, { riskAnalysis: "RA-2" }))).toBe("RA-2");
    expect(rotationOf({}, stored, { ...by, team: null })?.value?.riskAnalysis).toBe("Policy feedc0de");
    const other = { ...by, team: "data" };
    expect(rotationOf({}, team(stored, { riskAnalysis: "RA-2" }), other)?.value?.riskAnalysis).toBe("Policy feedc0de");
  });
});

describe("the end", () => {
  const by = { environment: "prod", credential: "federated", exception: null, now } as const;
  const latest = "2027-12-23T00:00:00.000Z";
  const exception = (endsAt: string) => ({ reason: "Because.", endsAt, owner: "jonas" });
  test("is policy's longest, where it fills it and knows for what", () => {
    expect(end({}, pipelineFacts, by)).toEqual(byDefault(latest, "policy: 396 days in prod", "feedc0dedeadbeef"));
    expect(end({}, unfilled(pipelineFacts), by)).toBeNull();
    expect(end({}, pipelineFacts, { ...by, environment: null })).toBeNull();
    expect(end({}, pipelineFacts, { ...by, credential: null })).toBeNull();
    expect(end({ endsAt: "x" }, unfilled(pipelineFacts), by)).toEqual(typed("x"));
  });
  test("is the exception's where that comes first", () => {
    const until = (endsAt: string) => end({}, pipelineFacts, { ...by, exception: exception(endsAt) });
    expect(until(days(60))).toEqual(inferred(days(60), "end of the exception"));
    expect(until(latest)?.origin.how).toBe("default");
    expect(until(days(500))?.value).toBe(latest);
  });
  test("of an exception is only what was typed", () => {
    expect(exceptionOf({})).toEqual(inferred(null, "none asked for"));
    expect(exceptionOf({ exception: null })).toEqual(typed(null));
  });
});

describe("what retires it", () => {
  const always = [{ kind: "service-decommissioned" }, { kind: "owner-gone" }];
  const archived = { kind: "repository-archived" };
  const unused = (count: number) => [{ kind: "unused", days: count }, archived, ...always];
  const said = (facts: FormFacts, answers: Partial<Answers> = {}) =>
    conditions({ ...pipelineAnswers, ...answers }, facts, "payments");
  test("is the blueprint's days, else the template's, else policy's where it fills it", () => {
    const own = of({}, { unusedDays: 20 });
    expect(said(team(own, { unusedDays: 30 }))).toEqual(byDefault(unused(20), "blueprint", "b1"));
    expect(said(team(pipelineFacts, { unusedDays: 30 }))).toEqual(byDefault(unused(30), "team template", "payments 3"));
    expect(said(pipelineFacts)).toEqual(byDefault(unused(90), "policy", "feedc0dedeadbeef"));
    expect(conditions(pipelineAnswers, team(pipelineFacts, { unusedDays: 30 }), null)?.origin.how).toBe("default");
    expect(conditions(pipelineAnswers, team(pipelineFacts, { unusedDays: 30 }), null)?.value).toEqual(unused(90));
  });
  test("is in any case what it belongs to, and a repository only where it has one", () => {
    expect(said(unfilled(pipelineFacts))).toEqual(inferred([archived, ...always], "what it belongs to"));
    const runs = { kind: "workload", runsOn: "b7" } as const;
    for (const other of [runs, null])
      expect(said(unfilled(pipelineFacts), { runs: other })).toEqual(inferred(always, "what it belongs to"));
    expect(said(pipelineFacts, { edits: { retireWhen: [] } })).toEqual(typed([]));
  });
});
