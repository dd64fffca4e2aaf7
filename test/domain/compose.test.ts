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
    for (const purpose of ["", "   "]) expect(from({ purpose }).filled).not.toHaveProperty("purpose");
  });

  test("an empty form asks its questions and nothing that follows from them", () => {
    const empty = compose({
      answers: { ...pipelineAnswers, runs: null, need: null, purpose: "" },
      facts: pipelineFacts,
      now,
      spec: null,
    });
    expect(fieldsOf(empty).sort()).toEqual(["binding", "environment", "purpose", "spec"]);
    expect(Object.keys(empty.filled).sort()).toEqual([
      ...["backup", "blueprint", "classification", "dataDomains", "endsIt", "exception", "owner", "retireWhen"],
      ...["rotation", "service", "team"],
    ]);
    expect(Object.keys(empty.origins).sort()).toEqual(Object.keys(empty.filled).sort());
  });

  test("what can be said of single fields is said while others are open", () => {
    const open = { subject: { branch: "*" } } as const;
    const runs = { kind: "github", repository: "acme/ledger", ...open } as const;
    expect(fieldsOf(from({ runs, purpose: "Too short." }))).toEqual(["environment", "binding.branch", "purpose"]);
    expect(fieldsOf(from({ runs: { ...runs, subject: null } }))).toEqual(["environment", "binding"]);
  });

  test("what a field lacks is said in words", () => {
    const said = (answers: Partial<Answers>, facts: Partial<FormFacts> = {}) =>
      from({ environment: "prod", ...answers }, facts).refusals.map(({ field, sentence }) => [field, sentence]);
    const workload = (runsOn: string) => ({ kind: "workload", runsOn }) as const;
    expect(said({ runs: workload("—"), need: null })).toContainEqual(["name", "Give it a name."]);
    expect(said({ runs: workload("  ") })).toContainEqual(["binding", "Say what runs it."]);
    const unfilled = { figures: { ...figures, defaults: [] } };
    expect(said({}, unfilled)).toEqual([["endsAt", "Choose when it ends."]]);
    expect(said({ runs: null }, unfilled)).toEqual([["binding", "Say what runs it."]]);
  });

  test("spaces around what was typed are left out", () => {
    const made = from({ purpose: `  ${charter.purpose} `, runs: { kind: "workload", runsOn: "  host b7 " } });
    expect(made.filled).toMatchObject({ purpose: charter.purpose, binding: { kind: "workload", runsOn: "host b7" } });
  });

  test("without a team it is no charter, and says so", () => {
    const made = from({}, { services: [], requester: { id: "jonas", name: "Jonas Kern", teams: [] } });
    expect([made.charter, made.filled.team]).toEqual([null, undefined]);
    expect(fieldsOf(made)).toEqual(["target", "team", "classification"]);
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
    expect(from({}, { blueprint })).toMatchObject({ charter: null, refusals: [{ field: "environment" }] });
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
    expect(from(answers, { ...facts, vaults: [] }).refusals).toEqual([
      {
        ...{ code: "invalid", field: "target" },
        sentence: "No vault is approved for confidential secrets of this team in prod.",
        mend: "An operator adds approved storage to the worker's configuration.",
      },
    ]);
    expect(from({}, { vaults: [] }).refusals).toEqual([]);
  });
  test("is stored where its team's, its service's and its own names say", () => {
    const line = { team: "data-platform", environment: "prod", classification: "confidential", mount: "secret" };
    const vaults = [{ name: "main", approved: [{ ...line, path: "{team}/{service}/{name}" }] }];
    const services = pipelineFacts.services.map((one) => ({ ...one, targets: { prod: ["orders"] } }));
    const fieldsFor = (edits: Edits) => fieldsOf(from({ ...answers, edits }, { ...facts, services, vaults }));
    expect([fieldsFor({ team: "data" }), fieldsFor({ team: "payments" })]).toEqual([[], ["target"]]);
    expect(fieldsFor({ team: "ghost", backup: { team: "data" } })).toEqual(["team", "target"]);
    const unnamed = services.map((one) => ({ ...one, slug: "" }));
    expect(fieldsOf(from({ ...answers, edits: { team: "data" } }, { ...facts, services: unnamed, vaults }))).toEqual([
      "target",
    ]);
  });
  test("names the risk analysis of its team", () => {
    const teams = pipelineFacts.teams.map((one) => ({ ...one, defaults: { riskAnalysis: "RA-7" } }));
    expect(from(answers, { ...facts, teams }).charter?.rotation).toEqual({ everyDays: 60, riskAnalysis: "RA-7" });
    const unstored = { ...pipelineFacts.blueprint, connector: "database", stores: false };
    expect(from(answers, { ...facts, blueprint: unstored }).filled.rotation).toMatchObject({ everyDays: 60 });
  });
});

test("the credential is the blueprint's, whatever the pencil says", () => {
  expect(fieldsOf(edit({ credential: "platform-native" }))).toContain("credential");
});
