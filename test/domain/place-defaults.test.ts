import { describe, expect, test } from "vitest";
import type { Answers, Edits } from "#lib/domain/answers.ts";
import type { Classification } from "#lib/domain/charter.ts";
import type { FormFacts, TeamDefaults } from "#lib/domain/form-facts.ts";
import { typed } from "#lib/domain/origin.ts";
import { accountability, place, placeSentences } from "#lib/domain/place-defaults.ts";
import { pipelineAnswers, pipelineFacts } from "./forms.ts";

const [ledger] = pipelineFacts.services;
if (ledger === undefined) throw new Error("no service");
const where = (
  answers: Partial<Answers> = {},
  facts: Partial<FormFacts> = {},
  environment: "prod" | "dev" | null = "prod",
) => place({ ...pipelineAnswers, ...answers }, { ...pipelineFacts, ...facts }, environment);
const who = (edits: Edits = {}, facts: Partial<FormFacts> = {}) =>
  accountability(edits, { ...pipelineFacts, ...facts }, where({ edits }, facts));
const templated = (defaults: TeamDefaults): Partial<FormFacts> => ({
  teams: pipelineFacts.teams.map((team) => (team.id === "payments" ? { ...team, defaults } : team)),
});
const inferred = <T>(value: T, from: string) => ({ value, origin: { how: "inferred", from } });
const byTemplate = <T>(value: T) => ({
  value,
  origin: { how: "default", of: "team template", version: "payments 3" },
});
const workload = { kind: "workload", runsOn: "b7" } as const;

describe("where it belongs", () => {
  test("is told by the repository's record, and what follows by the service's", () => {
    expect(where()).toEqual({
      service: inferred("ledger", "acme/ledger"),
      team: inferred("payments", "Ledger · catalog-info"),
      target: inferred("payments-cloud", "Ledger in prod"),
      classification: inferred("confidential", "Ledger · catalog-info"),
      dataDomains: inferred([], "no third party"),
    });
  });
  test("is what was typed, before all else", () => {
    const edits = { service: "s", team: "t", target: "x", classification: "public", dataDomains: ["d"] } as const;
    expect(where({ edits })).toEqual({
      ...{ service: typed("s"), team: typed("t"), target: typed("x") },
      ...{ classification: typed("public"), dataDomains: typed(["d"]) },
    });
    expect(where({ edits: { target: "x" } }, {}, null).target).toEqual(typed("x"));
    expect(where({ runs: { ...workload, service: "s" } }).service).toEqual(typed("s"));
  });
  test.each<[string, Partial<FormFacts>, unknown]>([
    ["one", {}, inferred("ledger", "your team's only business service")],
    ["two", { services: [ledger, { ...ledger, id: "b" }] }, null],
    ["none", { services: [] }, null],
    ["another team's", { services: [{ ...ledger, team: "data" }] }, null],
    ["a decommissioned", { services: [{ ...ledger, decommissioned: true }] }, null],
    [
      "one beside a decommissioned",
      { services: [{ ...ledger, id: "b", decommissioned: true }, ledger] },
      inferred("ledger", "your team's only business service"),
    ],
  ])("is the only business service of the requester's teams, where there is %s", (_, facts, service) => {
    expect(where({ runs: workload }, facts).service).toEqual(service);
    expect(where({ runs: null }, facts).service).toEqual(service);
  });
  test("is told by no repository without a service", () => {
    const repositories = pipelineFacts.repositories.map((one) => ({ ...one, service: null }));
    expect(where({}, { repositories }).service).toEqual(inferred("ledger", "your team's only business service"));
  });
  test("without a service is the requester's only team", () => {
    const teams = (...of: readonly string[]) =>
      where({ runs: null }, { services: [], requester: { ...pipelineFacts.requester, teams: of } }).team;
    expect([teams("data"), teams("data", "payments"), teams()]).toEqual([inferred("data", "your team"), null, null]);
  });
  test("has the target that the service names there, else the only one that fits", () => {
    const target = (facts: Partial<FormFacts>, environment: "prod" | "dev" | null = "prod") =>
      where({}, facts, environment).target;
    const named = (...names: readonly string[]) => ({ services: [{ ...ledger, targets: { prod: names } }] });
    const [cloud, data] = pipelineFacts.targets;
    expect(target({}, null)).toBeNull();
    expect(target({}, "dev")).toEqual(inferred("payments-cloud", "the only one for dev"));
    expect(target(named("orders", "data-cloud", "payments-cloud"))).toEqual(inferred("data-cloud", "Ledger in prod"));
    expect(target(named("orders"))).toBeNull();
    expect(target({ ...named("orders"), targets: data === undefined ? [] : [data] })).toEqual(
      inferred("data-cloud", "the only one for prod"),
    );
    expect(target({ ...named(), targets: cloud === undefined ? [] : [{ ...cloud, kind: "other" }] })).toBeNull();
  });
  test.each<[Classification | null, Classification | null, unknown]>([
    [null, "internal", inferred("internal", "Ledger · catalog-info")],
    ["internal", "internal", inferred("internal", "Ledger · catalog-info")],
    ["public", "internal", inferred("internal", "Ledger · catalog-info")],
    ["restricted", "internal", { value: "restricted", origin: { how: "default", of: "blueprint", version: "b1" } }],
    ["public", null, { value: "public", origin: { how: "default", of: "blueprint", version: "b1" } }],
    [null, null, null],
  ])("a blueprint for %s data and a service with %s: the stricter", (own, recorded, expected) => {
    const { blueprint } = pipelineFacts;
    const services = recorded === null ? [] : [{ ...ledger, classification: recorded }];
    const facts = { services, blueprint: { ...blueprint, defaults: { ...blueprint.defaults, classification: own } } };
    expect(where({}, facts).classification).toEqual(expected);
  });
  test("has the data domains of the team's template", () => {
    expect(where({}, templated({ dataDomains: ["cards"] })).dataDomains).toEqual(byTemplate(["cards"]));
    expect(where({ edits: { team: "x" } }).dataDomains).toEqual(inferred([], "no third party"));
  });
});

describe("who answers for it", () => {
  const outsider = { requester: { id: "priya", name: "Priya", teams: ["data"] } };
  test("is who asks in their own team, the service's owner as backup", () => {
    expect(who()).toEqual({
      owner: inferred("jonas", "who asks, in Payments"),
      backup: inferred({ person: "amara" }, "Ledger · catalog-info"),
      endsIt: inferred("jonas", "owner"),
    });
    expect(who({ owner: "x", backup: { team: "t" }, endsIt: "y" })).toEqual({
      ...{ owner: typed("x"), backup: typed({ team: "t" }), endsIt: typed("y") },
    });
  });
  test("is the service's owner where somebody else asks, and the team its backup", () => {
    expect(who({}, outsider)).toEqual({
      owner: inferred("amara", "Ledger · catalog-info"),
      backup: inferred({ team: "payments" }, "owning team"),
      endsIt: inferred("amara", "owner"),
    });
    const left = { ...outsider, services: [{ ...ledger, owner: "left" }] };
    expect(who({}, left)).toEqual({ owner: null, backup: null, endsIt: null });
    expect(who({ owner: "jonas" }, { services: [{ ...ledger, owner: "left" }] }).backup).toEqual(
      inferred({ team: "payments" }, "owning team"),
    );
  });
  test("is the team template's, while they are here", () => {
    const defaults = { owner: "amara", endsIt: "jonas", backup: { person: "jonas" } };
    expect(who({}, templated(defaults))).toEqual({
      owner: byTemplate("amara"),
      backup: byTemplate({ person: "jonas" }),
      endsIt: byTemplate("jonas"),
    });
    const gone = templated({ owner: "left", endsIt: "ghost", backup: { person: "left" } });
    expect(who({}, gone)).toEqual(who());
    expect(who({}, templated({ backup: { person: "jonas" } })).backup).toEqual(who().backup);
  });
  test("has no backup that nobody knows", () => {
    const nobody = { services: [], requester: { ...outsider.requester, teams: [] } };
    expect(who({ owner: "jonas" }, nobody)).toEqual({
      ...{ owner: typed("jonas"), backup: null, endsIt: inferred("jonas", "owner") },
    });
    expect(who({}, nobody)).toEqual({ owner: null, backup: null, endsIt: null });
  });
});

test("what nothing tells is asked, and what hangs on another gap is not", () => {
  const open = { service: null, team: null, environment: null, target: null, binding: null };
  const [service, team, some] = [typed("s"), typed("t"), typed("x")];
  const environment = typed("prod" as const);
  const say = (fields: object, facts: Partial<FormFacts> = {}) =>
    placeSentences({ ...open, ...fields }, { ...pipelineFacts, ...facts });
  const first = { service: "Choose the business service it works for." };
  expect(say({})).toEqual(first);
  expect(say({ service })).toEqual({
    ...{ ...first, team: "Choose the team that owns it.", classification: "Choose the data classification." },
  });
  expect(say({ team })).toEqual({
    ...{ ...first, owner: "Choose the owner.", endsIt: "Choose who ends it.", backup: "Choose a backup." },
  });
  expect([say({ target: some }), say({ binding: some })]).toEqual([first, first]);
  expect(say({ target: some, binding: some })).toEqual({
    ...{ ...first, credential: "This target offers no credential that the workload could use." },
  });
  expect(say({ environment })).toEqual({ ...first, target: "Choose the target." });
  const none = { ...first, target: "No target of this type serves prod." };
  expect(say({ environment }, { targets: [] })).toEqual(none);
  const databases = pipelineFacts.targets.filter(({ kind }) => kind === "database");
  expect(say({ environment }, { targets: databases })).toEqual(none);
  const elsewhere = pipelineFacts.targets.map((one) => ({ ...one, environments: ["dev"] as const }));
  expect(say({ environment }, { targets: elsewhere })).toEqual(none);
});
