import { describe, expect, test } from "vitest";
import type { Charter, GithubBinding } from "#lib/domain/charter.ts";
import { whyNotBlueprint } from "#lib/domain/guard-rails.ts";
import { readCharter } from "#lib/domain/read-charter.ts";
import { type CharterFacts, validateCharter } from "#lib/domain/validate-charter.ts";
import { charter, days, now, pipelineFacts } from "./forms.ts";

const fieldsOf = (change: Partial<Charter>, facts = pipelineFacts) =>
  validateCharter({ ...charter, ...change }, facts, now).map((one) => one.field);
const bound = (change: Partial<GithubBinding>): Partial<Charter> => ({
  binding: { ...(charter.binding as GithubBinding), ...change },
});
const exception = { reason: "The host moves to the cloud in March.", endsAt: days(30), owner: "jonas" };

test("the example charter breaks nothing", () => {
  expect(fieldsOf({})).toEqual([]);
});

test.each<[string, Partial<Charter>, string]>([
  ["a name with capitals", { name: "Ledger" }, "name"],
  ["a name of one letter", { name: "l" }, "name"],
  ["a name of 41", { name: "l".repeat(41) }, "name"],
  ["a purpose of 14", { purpose: "fourteen lette" }, "purpose"],
  ["a purpose of 501", { purpose: "x".repeat(501) }, "purpose"],
  ["a purpose that reads backwards", { purpose: "Loads the nightly \u202Etropxe" }, "purpose"],
  ["an owner nobody knows", { owner: "ghost" }, "owner"],
  ["an owner who left", { owner: "left" }, "owner"],
  ["an end in nobody's hands", { endsIt: "left" }, "endsIt"],
  ["a backup who left", { backup: { person: "left" } }, "backup"],
  ["a backup team nobody knows", { backup: { team: "ghost" } }, "backup"],
  ["an unknown team", { team: "ghost" }, "team"],
  ["an unknown service", { service: "ghost" }, "service"],
  ["an unknown target", { target: "ghost" }, "target"],
  ["an environment GitHub contradicts", { environment: "dev" }, "environment"],
  ["an end that passed", { endsAt: days(0) }, "endsAt"],
  ["an end that is no date", { endsAt: "soon" }, "endsAt"],
  ["a rotation of 367 days", { rotation: { everyDays: 367, riskAnalysis: "RA-118" } }, "rotation"],
  ["a rotation without its analysis", { rotation: { everyDays: 90, riskAnalysis: "" } }, "rotation"],
  ["unused for 401 days", { retireWhen: [{ kind: "unused", days: 401 }] }, "retireWhen"],
  ["one condition twice", { retireWhen: [{ kind: "owner-gone" }, { kind: "owner-gone" }] }, "retireWhen"],
  ["21 data domains", { dataDomains: Array.from({ length: 21 }, (_, index) => `domain-${index}`) }, "dataDomains"],
  ["a data domain with a line break", { dataDomains: ["cards\n"] }, "dataDomains"],
  ["an exception without a reason", { exception: { ...exception, reason: "because" } }, "exception.reason"],
  ["an exception that ended", { exception: { ...exception, endsAt: days(0) } }, "exception.endsAt"],
  ["an exception nobody answers for", { exception: { ...exception, owner: "left" } }, "exception.owner"],
  ["a claim to be verified with other ids", bound({ repositoryId: "666" }), "binding.repository"],
  ["a claim to be verified of a repository nobody recorded", bound({ repository: "acme/other" }), "binding.repository"],
  ["a recorded repository spelled otherwise", bound({ repository: "Acme/Ledger" }), "binding.repository"],
  ["a recorded repository called unverified", bound({ verified: false }), "binding.repository"],
  ["the format the repository does not send", bound({ formats: ["names"] }), "binding.formats"],
  ["both formats without an end", bound({ formats: ["immutable", "names"] }), "binding.formats"],
  [
    "both formats with an end that passed",
    bound({ formats: ["immutable", "names"], formatsUntil: days(0) }),
    "binding.formats",
  ],
  ["no format", bound({ formats: [] }), "binding.formats"],
  ["one format with an end", bound({ formatsUntil: days(30) }), "binding.formats"],
  [
    "a name trusted for a repository nobody recorded",
    bound({ repository: "acme/new", repositoryId: "9", verified: false, formats: ["names"] }),
    "binding.formats",
  ],
  [
    "an environment spelled otherwise than GitHub has it",
    { ...bound({ subject: { environment: "preview" } }), environment: "dev" },
    "binding.environment",
  ],
  ["federation without a token", { binding: { kind: "workload", runsOn: "host b7" } }, "credential"],
])("%s is refused at its field", (_, change, field) => {
  expect(fieldsOf(change)).toContain(field);
});

test.each<[string, Partial<Charter>]>([
  ["a name of two", { name: "l2" }],
  ["a name of 40", { name: "l".repeat(40) }],
  ["a purpose of 15", { purpose: "fifteen letters" }],
  ["a purpose of 500", { purpose: "x".repeat(500) }],
  ["a purpose in Arabic", { purpose: "يكتب نسخة من دفتر الأستاذ إلى المخزن" }],
  ["the next millisecond as its end", { endsAt: new Date(now.getTime() + 1).toISOString() }],
  ["a rotation of 366 days", { rotation: { everyDays: 366, riskAnalysis: "RA" } }],
  ["unused for 400 days", { retireWhen: [{ kind: "unused", days: 400 }] }],
  ["20 data domains", { dataDomains: Array.from({ length: 20 }, (_, index) => `domain-${index}`) }],
  ["a whole exception", { exception }],
  ["both formats with an end ahead", bound({ formats: ["immutable", "names"], formatsUntil: days(30) })],
  ["an environment nobody recorded yet", { ...bound({ subject: { environment: "canary" } }), environment: "dev" }],
])("%s is accepted", (_, change) => {
  expect(fieldsOf(change)).toEqual([]);
});

describe("a charter says why not, with what would mend it", () => {
  const said = (change: Partial<Charter>, facts: CharterFacts = pipelineFacts) =>
    validateCharter({ ...charter, ...change }, facts, now).map(({ code, field, sentence, mend }) => {
      expect(code).toBe("invalid");
      return [field, sentence, mend];
    });
  const workload = { binding: { kind: "workload", runsOn: "host b7" }, credential: "static" } as const;
  const rotation = (everyDays: number, riskAnalysis = "RA") => ({ rotation: { everyDays, riskAnalysis } });
  const unused = (count: number) => ({ retireWhen: [{ kind: "unused", days: count } as const] });
  const person = (field: string, whom: string) => [
    [{ [field]: "ghost" }, [field, `${whom} is nobody the directory knows.`, "Choose a person."]] as const,
    [{ [field]: "left" }, [field, `${whom} is no longer active.`, "Choose someone who is."]] as const,
  ];
  const backup = (of: Charter["backup"], ...why: readonly string[]) => [{ backup: of }, ["backup", ...why]] as const;
  const except = (change: object) => ({ exception: { ...exception, ...change } });
  const slug = "A name is 2–40 lower case letters, digits and single hyphens.";
  const often = "A credential is replaced at least once in 366 days.";
  const analysis = "Name the risk analysis that sets the rotation.";
  const idle = "Unused means 1 to 400 days without a use.";
  test.each<readonly [Partial<Charter>, readonly (string | undefined)[]]>([
    [{ name: "L" }, ["name", slug, "Write it like ledger-snapshots."]],
    [{ purpose: "Too short." }, ["purpose", "Use at least 15 characters; it has 10.", undefined]],
    [
      { ...workload, binding: { kind: "workload", runsOn: "b7" } },
      ["binding.runsOn", "Use at least 3 characters; it has 2.", undefined],
    ],
    [
      { ...workload, binding: { kind: "workload", runsOn: "x".repeat(121) } },
      ["binding.runsOn", "Use at most 120 characters; it has 121.", undefined],
    ],
    [{ dataDomains: ["x"] }, ["dataDomains", "Use at least 2 characters; it has 1.", undefined]],
    [{ dataDomains: ["x".repeat(61)] }, ["dataDomains", "Use at most 60 characters; it has 61.", undefined]],
    [{ dataDomains: ["cards", "cards"] }, ["dataDomains", "A data domain is named twice.", undefined]],
    [
      { dataDomains: Array.from({ length: 21 }, (_, at) => `d${at}`) },
      ["dataDomains", "At most 20 data domains fit here.", undefined],
    ],
    ...person("owner", "The owner"),
    ...person("endsIt", "The person who ends it"),
    backup({ person: "ghost" }, "The backup is nobody the directory knows.", "Choose a person."),
    backup({ person: "left" }, "The backup is no longer active.", "Choose someone who is."),
    backup({ team: "ghost" }, "This team is not known.", "Choose a team."),
    [{ team: "ghost" }, ["team", "This team is not known.", "Choose a team."]],
    [{ service: "ghost" }, ["service", "This business service is not known.", "Choose a business service."]],
    [{ target: "ghost" }, ["target", "This target is not configured.", "Choose a target."]],
    [{ environment: "dev" }, ["environment", "The GitHub environment says prod.", "Ask for prod."]],
    [rotation(0), ["rotation", often, undefined]],
    [rotation(367), ["rotation", often, undefined]],
    [rotation(90, "R"), ["rotation", analysis, "A reference such as RA-118 is enough."]],
    [rotation(90, "R".repeat(81)), ["rotation", analysis, "A reference such as RA-118 is enough."]],
    [
      { ...workload, credential: "federated" },
      [
        "credential",
        "A federated credential needs a workload with its own token.",
        "Choose the pipeline that runs it.",
      ],
    ],
    [{ endsAt: "soon" }, ["endsAt", "This is not a date.", "Choose when it ends."]],
    [{ endsAt: days(0) }, ["endsAt", "The end has passed.", "Choose a day ahead."]],
    [except({ reason: "x".repeat(14) }), ["exception.reason", "Use at least 15 characters; it has 14.", undefined]],
    [except({ reason: "x".repeat(501) }), ["exception.reason", "Use at most 500 characters; it has 501.", undefined]],
    [except({ endsAt: days(0) }), ["exception.endsAt", "An exception ends on a day ahead.", "Choose its end."]],
    [except({ endsAt: "soon" }), ["exception.endsAt", "An exception ends on a day ahead.", "Choose its end."]],
    [
      except({ owner: "ghost" }),
      ["exception.owner", "An exception is answered for by an active person.", "Choose a person."],
    ],
    [
      { retireWhen: [{ kind: "owner-gone" }, { kind: "owner-gone" }] },
      ["retireWhen", "A retirement condition is named twice.", undefined],
    ],
    [unused(0), ["retireWhen", idle, undefined]],
    [unused(401), ["retireWhen", idle, undefined]],
    [
      { ...workload, retireWhen: [{ kind: "repository-archived" }] },
      ["retireWhen", "There is no repository that could be archived.", undefined],
    ],
  ])("%j", (change, why) => expect(said(change)).toEqual([why]));
  test("of a target that serves another environment, and a service that is decommissioned", () => {
    const targets = [{ name: "payments-cloud", environments: ["dev"] }];
    expect(said({}, { ...pipelineFacts, targets })).toEqual([
      ["target", "This target does not serve prod.", "Choose a target that does."],
    ]);
    const services = pipelineFacts.services.map((one) => ({ ...one, decommissioned: true }));
    expect(said({}, { ...pipelineFacts, services })).toEqual([
      ["service", "This business service is decommissioned.", "Choose one that runs."],
    ]);
  });
  test("and nothing at its limits", () => {
    const fits = (runsOn: string) => said({ ...workload, binding: { kind: "workload", runsOn } });
    expect([fits("abc"), fits("x".repeat(120)), said(rotation(1)), said(unused(1))]).toEqual([[], [], [], []]);
    expect(said({ dataDomains: ["xy", "x".repeat(60)] })).toEqual([]);
    expect([said(rotation(366, "R".repeat(80))), said({ retireWhen: [{ kind: "repository-archived" }] })]).toEqual([
      ...[[], []],
    ]);
    expect([said(except({ reason: "x".repeat(15) })), said(except({ reason: "x".repeat(500) }))]).toEqual([[], []]);
    expect(said(except({ endsAt: new Date(now.getTime() + 1).toISOString() }))).toEqual([]);
    expect([said({ backup: { team: "data" } }), said(workload)]).toEqual([[], []]);
  });
});

test("a service that is decommissioned and a repository that is archived end what they carry", () => {
  expect(
    fieldsOf(
      {},
      { ...pipelineFacts, services: pipelineFacts.services.map((one) => ({ ...one, decommissioned: true })) },
    ),
  ).toEqual(["service"]);
  expect(
    fieldsOf(
      {},
      { ...pipelineFacts, repositories: pipelineFacts.repositories.map((one) => ({ ...one, archived: true })) },
    ),
  ).toEqual(["binding.repository"]);
});

test("every sentence ends, and none apologises", () => {
  const bad = {
    ...charter,
    name: "X",
    purpose: "no",
    owner: "ghost",
    endsAt: "soon",
    team: "ghost",
    target: "ghost",
    service: "ghost",
  };
  for (const { sentence, mend } of validateCharter(bad, pipelineFacts, now)) {
    expect(sentence).toMatch(/\.$/);
    expect(`${sentence} ${mend ?? ""}`).not.toMatch(/please|sorry|oops|successfully|!/i);
  }
});

test("the blueprint bounds environment, credential and rotation", () => {
  const rails = { ...pipelineFacts.blueprint, guardRails: { environments: ["prod"] as const } };
  const fields = (change: Partial<Charter>) =>
    whyNotBlueprint({ ...charter, ...change }, rails).map((one) => one.field);
  expect(fields({})).toEqual([]);
  expect(fields({ environment: "dev" })).toEqual(["environment"]);
  expect(fields({ credential: "static" })).toEqual(["credential"]);
  expect(fields({ rotation: { everyDays: 90, riskAnalysis: "RA-1" } })).toEqual(["rotation"]);
  expect(fields({ blueprint: "other" })).toEqual(["blueprint"]);
  expect(whyNotBlueprint({ rotation: null }, { ...rails, stores: true }).map((one) => one.field)).toEqual(["rotation"]);
});

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
test.each<[string, unknown, string]>([
  ["a spec 17 deep", { ...charter, spec: nested(17) }, "spec"],
  ["a list of 1001 in the spec", { ...charter, spec: { a: Array.from({ length: 1001 }, () => 1) } }, "spec.a"],
  ["half a character", { ...charter, purpose: "Loads the nightly \uD800 export" }, "purpose"],
  ["a missing field", { ...charter, owner: undefined }, "owner"],
  ["an inherited field", Object.create(charter), "name"],
  ["an unknown environment", { ...charter, environment: "production" }, "environment"],
  ["an unknown binding", { ...charter, binding: { ...charter.binding, kind: "gitlab" } }, "binding.runsOn"],
])("%s cannot be read", (_, value, field) => {
  const result = readCharter(value);
  expect("refusals" in result && result.refusals.some((one) => one.field?.startsWith(field))).toBe(true);
});

test("a spec 14 deep and a list of 1000 can be read", () => {
  expect(readCharter({ ...charter, spec: nested(14) })).toHaveProperty("ok");
  expect(readCharter({ ...charter, spec: { a: Array.from({ length: 1000 }, () => 1) } })).toHaveProperty("ok");
});
