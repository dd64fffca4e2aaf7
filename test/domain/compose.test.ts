import { describe, expect, test } from "vitest";
import type { Answers, Edits } from "#lib/domain/answers.ts";
import { compose } from "#lib/domain/compose.ts";
import type { FormFacts } from "#lib/domain/form-facts.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";
import { readCharter, readOrigins } from "#lib/domain/read-charter.ts";
import { ok, refuse } from "#lib/domain/refusal.ts";
import { charter, days, figures, now, pipelineAnswers, pipelineFacts } from "./forms.ts";

const spec = ok({ bucket: "ledger-cold" });
const from = (answers: Partial<Answers> = {}, facts: Partial<FormFacts> = {}) =>
  compose({ answers: { ...pipelineAnswers, ...answers }, facts: { ...pipelineFacts, ...facts }, now, spec });
const edit = (edits: Edits) => from({ edits });
const fieldsOf = (composed: { refusals: readonly { field?: string }[] }) => composed.refusals.map((one) => one.field);

describe("four answers make a charter", () => {
  test("with every other field filled and its origin told", () => {
    const { charter: made, origins, refusals } = from();
    expect(refusals).toEqual([]);
    expect(made).toEqual({
      ...charter,
      endsAt: "2027-12-23T00:00:00.000Z",
      retireWhen: [
        { kind: "unused", days: 90 },
        { kind: "repository-archived" },
        { kind: "service-decommissioned" },
        { kind: "owner-gone" },
      ],
    });
    expect(Object.keys(origins).sort()).toEqual(Object.keys(charter).sort());
    expect(origins.environment).toEqual({ how: "inferred", from: "GitHub environment" });
    expect(origins.owner).toEqual({ how: "inferred", from: "who asks, in Payments" });
    expect(origins.backup).toEqual({ how: "inferred", from: "Ledger · catalog-info" });
    expect(origins.endsAt).toEqual({ how: "default", of: "policy: 396 days in prod", version: "feedc0dedeadbeef" });
    expect(origins.purpose).toEqual({ how: "typed" });
  });

  test("and survive the way through JSON, where an unknown field does not", () => {
    const made = from();
    expect(readAnswers(JSON.parse(JSON.stringify(pipelineAnswers)))).toEqual(ok(pipelineAnswers));
    expect(readCharter(JSON.parse(JSON.stringify(made.charter)))).toEqual(ok(made.charter));
    expect(readOrigins(made.origins, charter)).toEqual(ok(made.origins));
    expect(readCharter({ ...charter, admin: true })).toMatchObject({ refusals: [{ field: "admin" }] });
    expect(readCharter({ ...charter, binding: { ...charter.binding, sub: "*" } })).toMatchObject({
      refusals: [{ field: "binding.sub" }],
    });
    expect(readCharter(null)).toHaveProperty("refusals");
    expect(readOrigins({ ...made.origins, extra: { how: "typed" } }, charter)).toHaveProperty("refusals");
  });

  test("the purpose is never filled in", () => {
    expect(from({ purpose: "   " })).toMatchObject({ charter: null, refusals: [{ field: "purpose" }] });
    expect(from({ purpose: "" }).filled).not.toHaveProperty("purpose");
  });

  test("an empty form asks its questions and nothing that follows from them", () => {
    const empty = compose({
      answers: { ...pipelineAnswers, runs: null, need: null, purpose: "" },
      facts: pipelineFacts,
      now,
      spec: null,
    });
    expect(fieldsOf(empty).sort()).toEqual(["binding", "environment", "purpose", "spec"]);
  });

  test("what the connector refuses stands at its own field", () => {
    const refused = compose({
      answers: pipelineAnswers,
      facts: pipelineFacts,
      now,
      spec: refuse({ code: "invalid", field: "spec.bucket", sentence: "No." }),
    });
    expect(refused.refusals.filter(({ field }) => field?.startsWith("spec"))).toEqual([
      { code: "invalid", field: "spec.bucket", sentence: "No." },
    ]);
    expect(refused.charter).toBeNull();
  });
});

describe("the environment", () => {
  test("is asked where GitHub's name does not tell", () => {
    const runs = { kind: "github", repository: "acme/ledger", subject: { environment: "eu" } } as const;
    expect(from({ runs })).toMatchObject({ inferredEnvironment: null, charter: null });
    expect(from({ runs, environment: "dev" }).filled.environment).toBe("dev");
  });
  test("that GitHub tells cannot be talked down", () => {
    expect(from({ environment: "dev" }).filled.environment).toBe("prod");
  });
  test("outside the blueprint's guard rails is refused there", () => {
    const blueprint = { ...pipelineFacts.blueprint, guardRails: { environments: ["dev"] as const } };
    expect(fieldsOf(from({}, { blueprint }))).toEqual(["environment"]);
  });
});

describe("sources of defaults", () => {
  const withTeam = (defaults: FormFacts["teams"][number]["defaults"]) =>
    from({}, { teams: [{ id: "payments", slug: "payments", name: "Payments", defaults, version: 3 }] });

  test("the team's template comes before the service's record", () => {
    const made = withTeam({ backup: { team: "payments" }, unusedDays: 30, owner: "amara" });
    expect(made.filled).toMatchObject({ owner: "amara", backup: { team: "payments" } });
    expect(made.filled.retireWhen?.[0]).toEqual({ kind: "unused", days: 30 });
    expect(made.origins.backup).toEqual({ how: "default", of: "team template", version: "payments 3" });
  });
  test("a template that names the owner or somebody gone as backup is passed over", () => {
    expect(withTeam({ backup: { person: "jonas" } }).filled.backup).toEqual({ person: "amara" });
    expect(withTeam({ backup: { person: "left" } }).filled.backup).toEqual({ person: "amara" });
  });
  test("the owning team backs up who owns the service", () => {
    expect(edit({ owner: "amara" }).filled.backup).toEqual({ team: "payments" });
  });
  test("somebody of another team does not become owner by asking", () => {
    const requester = { id: "priya", name: "Priya", teams: ["data"] };
    expect(from({}, { requester }).filled.owner).toBe("amara");
  });
  test("policy fills only what its rules say it fills", () => {
    expect(fieldsOf(from({}, { figures: { ...figures, defaults: [] } }))).toContain("endsAt");
  });
  test("the stricter classification of blueprint and service counts", () => {
    const of = (classification: "public" | "restricted") =>
      from(
        {},
        {
          blueprint: { ...pipelineFacts.blueprint, defaults: { ...pipelineFacts.blueprint.defaults, classification } },
        },
      );
    expect(of("public").filled.classification).toBe("confidential");
    expect(of("public").origins.classification).toEqual({ how: "inferred", from: "Ledger · catalog-info" });
    expect(of("restricted").filled.classification).toBe("restricted");
  });
  test("an edit overrides and is typed", () => {
    const made = edit({ endsAt: days(10), backup: { team: "data" }, name: "my-name" });
    expect(made.charter).toMatchObject({ endsAt: days(10), backup: { team: "data" }, name: "my-name" });
    expect(made.origins.endsAt).toEqual({ how: "typed" });
  });
  test("a long name ends with a whole word, and says what it was made of", () => {
    const runs = { kind: "workload" as const, runsOn: "settlement job on batch-07, Frankfurt data centre" };
    const need = { pack: "s3-write", parameters: { bucket: "billing-settlements" } };
    const made = from({ runs, need });
    expect(made.filled.name).toBe("settlement-job-on-batch-billing");
    expect(made.origins.name).toEqual({ how: "inferred", from: "workload and use" });
    expect(from({}).origins.name).toEqual({ how: "inferred", from: "repository and use" });
  });

  test("a name that is taken gets a number", () => {
    expect(from({}, { names: ["ledger-cold", "ledger-cold-2"] }).filled.name).toBe("ledger-cold-3");
  });
  test("without a target of its kind it says so", () => {
    expect(from({}, { targets: [] }).refusals).toContainEqual(
      expect.objectContaining({ field: "target", sentence: "No target of this type serves prod." }),
    );
  });
});

describe("a repository nobody recorded", () => {
  const runs = { kind: "github", repository: "acme/new", subject: { branch: "main" } } as const;
  test("needs both ids typed", () => {
    expect(fieldsOf(from({ runs, environment: "dev" }))).toContain("binding.repositoryId");
    expect(fieldsOf(from({ runs: { ...runs, ownerId: "81" }, environment: "dev" }))).toContain("binding.repositoryId");
  });
  test("is trusted in the immutable format and stays unverified", () => {
    const made = from({ runs: { ...runs, ownerId: "81", repositoryId: "9" }, environment: "dev" });
    expect(made.charter?.binding).toMatchObject({ verified: false, formats: ["immutable"] });
  });
});

describe("a stored credential", () => {
  const facts: Partial<FormFacts> = {
    blueprint: { ...pipelineFacts.blueprint, id: "login", connector: "database", credential: "static", stores: true },
    services: pipelineFacts.services.map((service) => ({ ...service, targets: { prod: ["orders"] } })),
  };
  const answers: Partial<Answers> = {
    runs: { kind: "workload", runsOn: "billing job on host b7" },
    environment: "prod",
  };
  test("gets its rotation from policy and its end from the shorter maximum", () => {
    const { charter: made, origins } = from(answers, facts);
    expect(made).toMatchObject({
      credential: "static",
      rotation: { everyDays: 60, riskAnalysis: "Policy feedc0de" },
      target: "orders",
    });
    expect(made?.endsAt).toBe("2027-05-24T00:00:00.000Z");
    expect(origins.service).toEqual({ how: "inferred", from: "your team's only business service" });
  });
  test("ends with its exception when that comes first", () => {
    const exception = { reason: "The host moves in March.", endsAt: days(60), owner: "jonas" };
    expect(from({ ...answers, edits: { exception } }, facts).filled.endsAt).toBe(days(60));
  });
  test("is refused where no vault is approved", () => {
    expect(fieldsOf(from(answers, { ...facts, vaults: [] }))).toEqual(["target"]);
  });
});

test("the credential is the blueprint's, whatever the pencil says", () => {
  expect(fieldsOf(edit({ credential: "platform-native" }))).toContain("credential");
});
